/**
 * Two stand-in vendors on this machine, for demonstrations and tests. They know
 * nothing of the hub: they speak their wires over TLS, charge, limit and fail.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Certificates, makeCertificates } from './certificates.ts';
import { type Bill, type Desk, type Fault, openDesk } from './desk.ts';
import { answerPeopleLink, type PeopleLinkState } from './peoplelink.ts';
import { answerRecordTrace } from './recordtrace.ts';

export type VendorName = 'RecordTrace' | 'PeopleLink';

export interface VendorOptions {
  /** 0, the default, takes any free port; PeopleLink takes the one behind RecordTrace's. */
  port?: number;
  /** RecordTrace asks for a client certificate; true unless told otherwise. */
  mutualTls?: boolean;
  perMinute?: number;
  retryAfterSeconds?: number;
  tokenSeconds?: number;
  tokensPerHour?: number;
}

export interface Vendors {
  urls: Record<VendorName, string>;
  credentials: { user: string; password: string; clientId: string; clientSecret: string; folder: string };
  /** The system's settings (`PEOPLE_SEARCH_…`) that reach these vendors. */
  settings: Record<string, string>;
  /** What has been charged so far, one a reference code. */
  bills: (vendor?: VendorName) => Bill[];
  /** Requests that reached a vendor, refused ones too. */
  requests: (vendor: VendorName) => number;
  /** Tokens that were asked for. */
  tokensAsked: () => number;
  /** Fails from now on, or so many times; without a fault, no longer. */
  fail: (fault?: Fault, options?: { vendor?: VendorName; times?: number }) => void;
  close: () => Promise<void>;
}

const prices: Record<VendorName, number> = { RecordTrace: 45, PeopleLink: 60 };

export const startVendors = async (options: VendorOptions = {}): Promise<Vendors> => {
  const {
    port = 0,
    mutualTls = true,
    perMinute = 600,
    retryAfterSeconds = 1,
    tokenSeconds = 3_600,
    tokensPerHour = 20,
  } = options;
  const certificates = makeCertificates();
  const folder = writeFiles(certificates);
  const desk = (vendor: VendorName, priceCents: number) => openDesk({ vendor, priceCents, perMinute, retryAfterSeconds });
  const desks: Record<VendorName, Desk> = {
    RecordTrace: desk('RecordTrace', prices.RecordTrace),
    PeopleLink: desk('PeopleLink', prices.PeopleLink),
  };
  const login = { user: 'rtcc-demo', password: 'stand-in-only', clientId: 'rtcc-demo', clientSecret: 'stand-in-only' };
  const state: PeopleLinkState = {
    desk: desks.PeopleLink,
    ...login,
    tokenSeconds,
    tokensPerHour,
    tokens: new Map(),
    granted: [],
  };
  const tls = { ...certificates.server, ca: certificates.ca };
  const recordTrace = createServer({ ...tls, requestCert: mutualTls, rejectUnauthorized: mutualTls }, (request, response) =>
    guarded(answerRecordTrace(desks.RecordTrace, login, request, response), response),
  );
  const peopleLink = createServer(tls, (request, response) => guarded(answerPeopleLink(state, request, response), response));
  const urls = { RecordTrace: await listen(recordTrace, port), PeopleLink: await listen(peopleLink, port && port + 1) };
  return {
    urls,
    credentials: { ...login, folder },
    settings: settingsFor(urls, login, folder),
    bills: (vendor) => (vendor ? desks[vendor].bills() : Object.values(desks).flatMap((one) => one.bills())),
    requests: (vendor) => desks[vendor].requests(),
    tokensAsked: () => state.granted.length,
    fail: (fault, { vendor, times } = {}) => {
      for (const [name, one] of Object.entries(desks)) if (!vendor || vendor === name) one.fail(fault, times);
    },
    close: async () => {
      await Promise.all([stop(recordTrace), stop(peopleLink)]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const writeFiles = ({ ca, client }: Certificates): string => {
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-vendors-'));
  for (const [name, pem] of Object.entries({ 'ca.pem': ca, 'client.pem': client.cert, 'client-key.pem': client.key })) {
    writeFileSync(join(folder, name), pem, { mode: 0o600 });
  }
  return folder;
};

const settingsFor = (urls: Record<VendorName, string>, login: Omit<Vendors['credentials'], 'folder'>, folder: string) => ({
  PEOPLE_SEARCH_RECORDTRACE_URL: urls.RecordTrace,
  PEOPLE_SEARCH_RECORDTRACE_PRICE_CENTS: String(prices.RecordTrace),
  PEOPLE_SEARCH_PEOPLELINK_PRICE_CENTS: String(prices.PeopleLink),
  PEOPLE_SEARCH_RECORDTRACE_USER: login.user,
  PEOPLE_SEARCH_RECORDTRACE_PASSWORD: login.password,
  PEOPLE_SEARCH_RECORDTRACE_CA: join(folder, 'ca.pem'),
  PEOPLE_SEARCH_RECORDTRACE_CERT: join(folder, 'client.pem'),
  PEOPLE_SEARCH_RECORDTRACE_KEY: join(folder, 'client-key.pem'),
  PEOPLE_SEARCH_PEOPLELINK_URL: urls.PeopleLink,
  PEOPLE_SEARCH_PEOPLELINK_CLIENT_ID: login.clientId,
  PEOPLE_SEARCH_PEOPLELINK_CLIENT_SECRET: login.clientSecret,
  PEOPLE_SEARCH_PEOPLELINK_CA: join(folder, 'ca.pem'),
});

/** A stand-in that trips answers as a vendor that trips. */
const guarded = (answer: Promise<unknown>, response: ServerResponse<IncomingMessage>): void => {
  answer.catch(() => response.headersSent || response.writeHead(500).end());
};

const listen = (server: Server, port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(`https://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });

const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
