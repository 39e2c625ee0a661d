/** An answer → the JSON that a client gets. `data` that the executor has written is put in as it is, not parsed and written again. */
import type { GraphQLFormattedError } from 'graphql';
import type { Shown } from './redact.ts';

export const jsonOf = (shown: Shown, errors: readonly GraphQLFormattedError[] = []): string => {
  const data = shown.json ?? JSON.stringify(shown.data);
  const { extensions } = shown;
  const parts = [
    ...(errors.length > 0 ? [`"errors":${JSON.stringify(errors)}`] : []),
    ...(data === undefined ? [] : [`"data":${data}`]),
    ...(extensions ? [`"extensions":${JSON.stringify(extensions)}`] : []),
  ];
  return `{${parts.join(',')}}`;
};
