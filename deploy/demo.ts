/** What stands in for the world outside when nothing else is configured: the commercial vendors, the issuer, the modems' side. */
import { join } from 'node:path';
import { startVideo } from '../subgraphs/cameras/demo/video.ts';
import { startVendors } from '../subgraphs/people-search/demo/vendors.ts';
import { ExpectedError } from './expected.ts';
import { startIdentity } from './identity/index.ts';
import type { Lifecycle } from './lifecycle.ts';
import { keptSecret } from './secret.ts';
import { databaseOf, type Environment } from './settings.ts';

export interface DemoOptions {
  port: number;
  data: string;
  speed: number;
  replay: boolean;
  environment: Environment;
  life: Lifecycle;
}

/** A car of the replay covers in one second what the real one covered in `speed`. */
const fastestKph = 300;

/** Settings of systems that suit the demo; whatever the environment says goes before them. */
export const settingsOfDemo = async ({ data, speed, replay, environment }: DemoOptions): Promise<Record<string, string>> => {
  const listens = replay && databaseOf('avl', environment, data).kind !== 'own';
  return {
    PEOPLE_SEARCH_LEDGER_SECRET: await keptSecret(join(data, 'keys', 'ledger.secret')),
    ...(listens && { AVL_UDP_PORT: '0', AVL_MAX_SPEED_KPH: String(Math.ceil(fastestKph * speed)) }),
  };
};

/** The two vendors, unless real ones are configured; the answer is the settings that reach them. */
export const startStandIns = async ({ environment, life }: DemoOptions): Promise<Record<string, string>> => {
  if (environment.PEOPLE_SEARCH_RECORDTRACE_URL || environment.PEOPLE_SEARCH_PEOPLELINK_URL) return {};
  const vendors = await startVendors();
  life.add('The stand-in vendors', vendors.close);
  return vendors.settings;
};

/** The video server, unless a real one is configured; the answer is the settings by which the registry signs for it and pages may play from it. */
export const startVideoServer = async ({ environment, life }: DemoOptions): Promise<Record<string, string>> => {
  if (environment.CAMERAS_VIDEO_URL) return {};
  const video = await startVideo();
  life.add('The stand-in video server', video.close);
  return { ...video.settings, HUB_VIDEO_ORIGINS: video.settings.CAMERAS_VIDEO_URL };
};

/** The demo's issuer, beside the gateway's port where that is free, so that its address outlives a restart. */
export const startIssuer = async ({ port, data, environment, life }: DemoOptions): Promise<string> => {
  const start = (at: number) =>
    startIdentity({ host: '127.0.0.1', port: at, dataFolder: data, environment: environment.NODE_ENV });
  const identity = await start(port === 0 ? 0 : port + 1).catch((error: Error & { code?: string }) => {
    if (error.code === 'EADDRINUSE') return start(0);
    throw new ExpectedError(error.message);
  });
  life.add('The demo issuer', identity.close);
  return identity.issuer;
};
