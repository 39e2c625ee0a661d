/** One figure: a chart for the eye, the same numbers as a table for everything else, and as a file. */
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { type Cell, csvOf, saveFile } from './csv.ts';

interface CardProps {
  title: string;
  /** The file's name, without its ending. */
  file: string;
  head: readonly string[];
  rows: readonly (readonly Cell[])[];
  /** The rest of the row belongs to it as well. */
  wide?: boolean;
  children: ReactNode;
}

export const Card = ({ title, file, head, rows, wide, children }: CardProps): ReactNode => (
  <section className={`card${wide ? ' wide' : ''}`} aria-label={title} data-card={file}>
    <header className="card-head">
      <h2>{title}</h2>
      <Button className="button small" aria-label={`${title} as CSV`} onPress={() => saveFile(`${file}.csv`, csvOf(head, rows))}>
        CSV
      </Button>
    </header>
    {rows.length === 0 ? (
      <p className="quiet">Nothing in this span.</p>
    ) : (
      <>
        <div className="chart" aria-hidden="true">
          {children}
        </div>
        <details className="card-table">
          <summary>As a table</summary>
          <table>
            <thead>
              <tr>
                {head.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={String(row[0])}>
                  {row.map((cell, at) => (
                    <td key={head[at]}>{cell ?? '–'}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      </>
    )}
  </section>
);
