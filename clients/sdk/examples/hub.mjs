/** The hub of the demo, as its vendor; `HUB_URL`, `HUB_ISSUER`, `HUB_CLIENT_ID` and `HUB_CLIENT_SECRET` name another. */
import { readFileSync } from 'node:fs';
import { clientCredentials, createHub, operation } from '@rtcc-hub/sdk';

const { HUB_URL = 'http://localhost:4000', HUB_ISSUER = 'http://127.0.0.1:4001' } = process.env;
const { HUB_CLIENT_ID = 'demo-vendor', HUB_CLIENT_SECRET = 'demo-vendor-secret' } = process.env;

export const hub = createHub({
  url: HUB_URL,
  token: clientCredentials({ issuer: HUB_ISSUER, clientId: HUB_CLIENT_ID, clientSecret: HUB_CLIENT_SECRET }),
});

/** The text is what was approved, to the byte: it is read, never put together. */
export const approved = (name) => operation(readFileSync(new URL(`operations/${name}.graphql`, import.meta.url), 'utf8'));

/** Of `| head` and the like, which read no further. */
process.stdout.on('error', ({ code }) => process.exit(code === 'EPIPE' ? 0 : 1));
