/**
 * Every enforcement step, how to disable it, and the tests of which one must
 * then fail. `step` is the code as it stands, exactly once in its file.
 */
import { auditMutations } from './audits.ts';
import { contractMutations } from './contracts.ts';
import { pipelineMutations } from './pipeline.ts';
import { standingMutations } from './standings.ts';
import { streamMutations } from './streams.ts';
import { systemMutations } from './systems.ts';

export interface Mutation {
  /** What holds no more. */
  title: string;
  file: string;
  step: string;
  instead: string;
  /** Test files, or parts of their paths. */
  tests: readonly string[];
  /** Part of the title of the one that must fail, where the others of its file would wait for what never comes. */
  only?: string;
}

export const mutations: readonly Mutation[] = [
  ...pipelineMutations,
  ...systemMutations,
  ...contractMutations,
  ...auditMutations,
  ...standingMutations,
  ...streamMutations,
  {
    title: 'a token of another issuer is taken',
    file: 'gateway/authenticate.ts',
    step: 'issuer: issuer.url,\n        audience',
    instead: 'audience',
    tests: ['tests/federation/identity'],
  },
  {
    title: "a hop's signature is accepted as often as it is sent",
    file: 'subgraphs/kit/once.ts',
    step: 'verified.acceptedUntilMs)))',
    instead: 'verified.acceptedUntilMs)) && !verified)',
    tests: ['tests/federation/hops'],
  },
  {
    title: 'a process that has just started takes signatures from before',
    file: 'subgraphs/kit/once.ts',
    step: 'if (verified.issuedAtMs < startedAtMs - skewMs)',
    instead: 'if (verified.issuedAtMs < 0)',
    tests: ['tests/unit/kit/once'],
  },
  {
    title: 'a full memory of signatures forgets',
    file: 'subgraphs/kit/bus/claims.ts',
    step: 'if (keys.has(key) || kept >= atMost) return false;',
    instead: 'if (keys.has(key)) return false;',
    tests: ['tests/unit/kit/once'],
  },
  {
    title: 'a signature for one system is taken by another',
    file: 'schema/principal.ts',
    step: '...{ issuer, audience, algorithms: [algorithm], clockTolerance: clockSkewSeconds },',
    instead: '...{ issuer, algorithms: [algorithm], clockTolerance: clockSkewSeconds },',
    tests: ['tests/federation/hops'],
  },
  {
    title: 'a signature for one body is taken for another',
    file: 'schema/principal.ts',
    step: 'if (payload.dig !== digest(body))',
    instead: 'if (payload.dig === undefined)',
    tests: ['tests/federation/hops'],
  },
  {
    title: 'a retired key of the hops is accepted',
    file: 'schema/hopkeys.ts',
    step: 'exp === undefined || now() < exp * 1000);',
    instead: 'exp === undefined || exp > 0);',
    tests: ['tests/unit/schema/hopkeys'],
  },
  {
    title: 'a system lets in who shows no certificate',
    file: 'subgraphs/kit/serve.ts',
    step: 'requestCert: true, rejectUnauthorized: true',
    instead: 'requestCert: true, rejectUnauthorized: false',
    tests: ['tests/federation/tls'],
  },
  {
    title: 'a gateway with certificates asks in clear',
    file: 'gateway/hops.ts',
    step: 'if (tls) assertSecure(name, url);',
    instead: '',
    tests: ['tests/federation/tls'],
  },
  {
    title: 'the ledger of paid searches does without a secret in production',
    file: 'subgraphs/people-search/settings.ts',
    step: "NODE_ENV !== 'production' || PEOPLE_SEARCH_LEDGER_SECRET",
    instead: "NODE_ENV !== '' || PEOPLE_SEARCH_LEDGER_SECRET",
    tests: ['tests/unit/people-search/settings'],
  },
  {
    title: 'an event that waited is shown as it was read',
    file: 'gateway/live.ts',
    step: 'now() - arrivedMs > freshMs;',
    instead: 'now() - arrivedMs === Number.POSITIVE_INFINITY && freshMs > 0;',
    tests: ['tests/federation/sealing'],
  },
  {
    title: 'restricted rows are shown',
    file: 'subgraphs/kit/labels.ts',
    step: "const white = ['open', ",
    instead: "const white = ['restricted', 'open', ",
    tests: ['tests/contract/rms-pointers'],
  },
  {
    title: 'sealed rows are shown',
    file: 'subgraphs/kit/labels.ts',
    step: "const white = ['open', ",
    instead: "const white = ['sealed', 'open', ",
    tests: ['tests/contract/rms-access'],
  },
  {
    title: 'a row of an unknown handling is shown',
    file: 'subgraphs/kit/labels.ts',
    step: '  ...white,\n',
    instead: "  ...white,\n  'opne',\n",
    tests: ['tests/unit/kit/labels'],
  },
  {
    title: 'pointers are given to everybody',
    file: 'subgraphs/kit/labels.ts',
    step: "grants.includes('rms:pointer') && ",
    instead: '',
    tests: ['tests/contract/rms-pointers'],
  },
  {
    title: 'a pointer does not say what it withholds',
    file: 'subgraphs/kit/labels.ts',
    step: 'if (!shown.includes(name)) throw withheld(restricted, whom);',
    instead: '',
    tests: ['tests/contract/rms-pointers'],
  },
  {
    title: 'the whole row is read for a pointer',
    file: 'subgraphs/rms/source.ts',
    step: 'prisma.report.findMany({ where, select: pointerColumns })',
    instead: 'prisma.report.findMany({ where })',
    tests: ['tests/contract/rms-pointers'],
  },
  {
    title: 'a filter finds pointers',
    file: 'subgraphs/rms/reports.ts',
    step: 'if (left === 0 || filtered || ',
    instead: 'if (left === 0 || ',
    tests: ['tests/contract/rms-pointers'],
  },
  {
    title: "a pointer's cursor tells when it was",
    file: 'subgraphs/rms/reports.ts',
    step: 'exactly(timeless)',
    instead: "exactly('r.occurred_at')",
    tests: ['tests/contract/rms-pointers'],
  },
  {
    title: 'a system runs what nobody approved',
    file: 'gateway/documents.ts',
    step: "throw new HubError('DOCUMENT_NOT_TRUSTED');",
    instead: '',
    tests: ['tests/federation/documents'],
  },
  {
    title: 'what is revoked runs on',
    file: 'gateway/documents.ts',
    step: 'if (found && found.untilMs > now()) return found.trusted;',
    instead: 'if (found) return found.trusted;',
    tests: ['tests/federation/documents'],
  },
  {
    title: 'a hash stands for any text that comes with it',
    file: 'gateway/admit.ts',
    step: "if (hash('sha256', query) !== sha256Hash)",
    instead: "if (hash('sha256', query) === '')",
    tests: ['tests/federation/documents'],
  },
  {
    title: 'a caller asks as often as it likes',
    file: 'gateway/admit.ts',
    step: 'quotas.take(whoOf(caller, peer), limits.rate, sent.length);',
    instead: 'void whoOf(caller, peer);',
    tests: ['tests/federation/documents'],
  },
  {
    title: 'an approved operation has no rate of its own',
    file: 'gateway/documents.ts',
    step: ', trusted.limits.requestsPerMinute);',
    instead: ', 1e9);',
    tests: ['tests/federation/documents'],
  },
  {
    title: 'a vendor asks at each gateway as often as at one',
    file: 'gateway/quotas.ts',
    step: 'await tally?.(who, perMinute, 1);',
    instead: 'undefined as number | undefined;',
    tests: ['tests/unit/kit/tally'],
  },
  {
    title: 'a gateway is not given what counts over all',
    file: 'gateway/index.ts',
    step: 'openQuotas(now, parts.tally)',
    instead: 'openQuotas(now)',
    tests: ['tests/e2e/vendor'],
    only: 'its rate is one',
  },
  {
    title: 'without Redis a vendor asks as often as it likes',
    file: 'gateway/quotas.ts',
    step: 'if (waitMs === undefined) take(who, perMinute);',
    instead: 'if (waitMs === undefined) return;',
    tests: ['tests/unit/kit/tally'],
  },
  {
    title: 'each request waits for a Redis that is silent',
    file: 'subgraphs/kit/bus/tally.ts',
    step: 'silentUntilMs = Date.now() + leftAloneMs;',
    instead: '',
    tests: ['tests/unit/kit/tally'],
  },
  {
    title: 'an approved operation costs what it likes',
    file: 'gateway/documents.ts',
    step: '...bothOf(trusted).map(({ cost }) => cost)',
    instead: '...bothOf(trusted).map(() => limits.cost)',
    tests: ['tests/federation/documents'],
  },
  {
    title: 'an approved operation is open as often as it likes',
    file: 'gateway/documents.ts',
    step: ', trusted.limits.streams)',
    instead: ', 1e9)',
    tests: ['tests/federation/documents'],
  },
  {
    title: 'a text that was changed in the register is the one that was approved',
    file: 'subgraphs/hub/documents.ts',
    step: 'hashOf(document) !== hash) return null;',
    instead: "hash === '') return null;",
    tests: ['tests/contract/hub-partners'],
  },
  {
    title: 'records that the caller may not see are released',
    file: 'gateway/releases.ts',
    step: 'if (seen.includes(false)) throw unseen();',
    instead: '',
    tests: ['tests/federation/disseminations'],
  },
  {
    title: 'records that the caller is only pointed at are released',
    file: 'gateway/releases.ts',
    step: '.filter((label) => !isGray(label))',
    instead: '.filter((label) => label !== String(isGray))',
    tests: ['tests/federation/disseminations'],
  },
  {
    title: "a partner sees another agency's own rows",
    file: 'subgraphs/rms/rules.ts',
    step: '({ ori }: Principal, alias: string): Sql => sql`(',
    instead: '({ ori }: Principal, alias: string): Sql => sql`(TRUE OR ',
    tests: ['tests/contract/rms-agreement'],
  },
];
