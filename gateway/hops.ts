/** Where each system is, and what a hop to it is signed and shown with. */
import { generateKeys, type SigningKey, signingKeyInForce, type TimedKey } from '../schema/hopkeys.ts';
import type { HopTls } from '../schema/tls.ts';
import { ConfigError, type GatewayConfig } from './config.ts';

export interface HopPlace {
  name: string;
  url: string;
  /** What signs now; keys change while the gateway runs. */
  signingKey: () => Promise<SigningKey>;
  tls: HopTls | undefined;
}

/** Keys as they are at the time, where they are exchanged while the gateway runs; else those of the settings. */
export type KeysNow = (() => readonly TimedKey[]) | undefined;

export const hopsOf = async (
  subgraphs: ReadonlyMap<string, string>,
  config: GatewayConfig,
  keys: KeysNow,
): Promise<HopPlace[]> => {
  const { signingKeys, subgraphUrls, tls } = config;
  const given = signingKeys.length > 0 ? signingKeys : [(await generateKeys()).signing];
  const signingKey = signingKeyInForce(keys ?? (() => given));
  return [...subgraphs].map(([name, address]) => {
    const url = subgraphUrls[name] ?? address;
    if (tls) assertSecure(name, url);
    return { name, url, signingKey, tls };
  });
};

/** With a certificate to show, a system is asked over TLS or not at all: one hop in clear would tell what the others hide. */
const assertSecure = (name: string, url: string): void => {
  if (url.startsWith('https:')) return;
  const setting = `HUB_SUBGRAPH_${name.toUpperCase().replaceAll('-', '_')}_URL`;
  throw new ConfigError(`${setting}: with HUB_TLS_CERT_FILE set, expected an address that begins with https:.`);
};
