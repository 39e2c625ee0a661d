/** One operation at a running hub, from the command line, with the caller's own token. */
import { z } from 'zod';
import { ExpectedError } from './expected.ts';
import { tokenFor } from './token.ts';

export interface Place {
  url: string;
  /** A persona of the demo provider; else the token is HUB_TOKEN. */
  as?: string;
}

const answerSchema = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.looseObject({ satisfiedBy: z.string().optional() }).optional() }))
    .optional(),
});

export const ask = async ({ url, as }: Place, query: string, variables: object): Promise<Record<string, unknown>> => {
  const token = as === undefined ? process.env.HUB_TOKEN : await tokenFor(as, url);
  if (!token) throw new ExpectedError('An access token is needed: set HUB_TOKEN, or --as a persona of the demo provider.');
  const response = await fetch(new URL('/graphql', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  }).catch(() => {
    throw new ExpectedError(`Nothing answers at ${url}. Is the hub running?`);
  });
  const { data, errors } = answerSchema.parse(await response.json());
  if (!data || errors?.length)
    throw new ExpectedError(
      (errors ?? []).map(({ message, extensions }) => [message, extensions?.satisfiedBy ?? ''].join(' ').trim()).join('\n'),
    );
  return data;
};
