/** A vendor table as it is filled: columns in a line, rows in their order. */
export interface Table {
  name: string;
  columns: string[];
  rows: unknown[][];
}

export const table = (name: string, columns: string, rows: unknown[][]): Table => ({ name, columns: columns.split(' '), rows });
