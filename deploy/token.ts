/** A token of the demo provider, found through the hub that it is for: the hub names its issuer. */
import { z } from 'zod';
import { ExpectedError } from './expected.ts';
import { obtainToken } from './identity/obtain.ts';

const metadataSchema = z.object({ issuer: z.url() });
const timeoutMs = 5_000;

export const tokenFor = async (persona: string, hubUrl: string): Promise<string> => {
  if (!URL.canParse(hubUrl)) throw new ExpectedError(`--url takes the hub's address, such as http://localhost:4000.`);
  return obtainToken({ issuer: await issuerOf(hubUrl), persona });
};

const issuerOf = async (hubUrl: string): Promise<string> => {
  const place = new URL('/.well-known/rtcc-hub', hubUrl);
  const response = await fetch(place, { signal: AbortSignal.timeout(timeoutMs) }).catch(() => {
    throw new ExpectedError(`Nothing answers at ${place.origin}. Is the hub running?`);
  });
  const metadata = metadataSchema.safeParse(await response.json().catch(() => undefined));
  const issuer = metadata.data?.issuer;
  if (!issuer) throw new ExpectedError(`${place.origin} does not say who issues its tokens: is it a hub?`);
  return issuer;
};
