/**
 * An answer's `data` that the executor has written: carried through Apollo Server
 * as it is, and put into the response without being parsed and written again.
 */
import type { GraphQLFormattedError } from 'graphql';
import type { Shown } from './redact.ts';

/** Stands for `data`; whoever serialises it in another way gets the same. */
class Data {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }

  toJSON(): unknown {
    return JSON.parse(this.json);
  }
}

export const dataOf = (shown: Shown): Record<string, unknown> | null | undefined => {
  if (shown.json === undefined || shown.json === 'null') return shown.data;
  return new Data(shown.json) as unknown as Record<string, unknown>;
};

interface Result {
  data?: unknown;
  errors?: readonly GraphQLFormattedError[];
  extensions?: Record<string, unknown>;
}

export const jsonOf = ({ data, ...rest }: Result): string => {
  if (!(data instanceof Data)) return `${JSON.stringify(data === undefined ? rest : { ...rest, data })}\n`;
  const beside = JSON.stringify(rest);
  return `{"data":${data.json}${beside === '{}' ? '}' : `,${beside.slice(1)}`}\n`;
};
