/** Revocation and emergencies: every step that withdraws, ends or keeps apart, and the tests that miss it. */
import type { Mutation } from './mutations.ts';

const gateway = 'tests/unit/gateway/standing';
const registry = 'tests/contract/hub-standing';

export const standingMutations: readonly Mutation[] = [
  {
    title: 'a revoked caller is let in',
    file: 'gateway/standing.ts',
    step: 'if (standing.isRevoked(caller)) throw',
    instead: 'if (!caller) throw',
    tests: [gateway],
  },
  {
    title: 'a revoked assignment still counts',
    file: 'gateway/standing.ts',
    step: 'filter((number) => !isBarred(number))',
    instead: 'filter((number) => isBarred !== undefined && number)',
    tests: [gateway],
  },
  {
    title: 'a supervisor who was barred from a case works it',
    file: 'gateway/answer.ts',
    step: '!standing.isBarred(stating.subject, stating.caseNumber) && ',
    instead: '',
    tests: ['tests/federation/standing.test'],
  },
  {
    title: "another's emergency is one's own",
    file: 'gateway/standing.ts',
    step: 'fact.subject === subject && ',
    instead: '',
    tests: [gateway],
  },
  {
    title: 'an emergency does not end by itself',
    file: 'gateway/standing.ts',
    step: ' && now() < fact.endsAtMs',
    instead: '',
    tests: [gateway],
  },
  {
    title: 'an answer never grows too old',
    file: 'gateway/standing.ts',
    step: 'now() - askedMs < staleMs',
    instead: 'askedMs > Number.NEGATIVE_INFINITY',
    tests: [gateway],
  },
  {
    title: 'streams are not told of a changed standing',
    file: 'gateway/live.ts',
    step: 'if (concerns(stream.decided.principal.subject)) anew();',
    instead: 'if (concerns(stream.decided.principal.subject)) void anew;',
    tests: ['tests/federation/emergency'],
  },
  {
    title: 'sockets of a revoked caller stay',
    file: 'gateway/ws.ts',
    step: 'if (error instanceof Revoked) setTimeout(',
    instead: 'if (!error) setTimeout(',
    tests: ['tests/federation/standing.test'],
  },
  {
    title: 'whoever broke the glass reviews it',
    file: 'subgraphs/hub/standing.ts',
    step: 'if (emergency.subject === principal.subject) throw',
    instead: 'if (!emergency) throw',
    tests: [registry],
  },
  {
    title: 'the database takes a review by whoever broke the glass',
    file: 'subgraphs/hub/standing.sql',
    step: 'CHECK (reviewed_by IS NULL OR reviewed_by <> subject)',
    instead: 'CHECK (true)',
    tests: [registry],
  },
  {
    title: 'somebody lifts their own revocation',
    file: 'subgraphs/hub/standing.ts',
    step: 'if (subject === principal.subject) throw',
    instead: 'if (!id) throw',
    tests: [registry],
  },
  {
    title: 'the glass is broken without the grant, past the gateway',
    file: 'subgraphs/hub/standing.ts',
    step: 'demand(may, labels.break);',
    instead: '',
    tests: [registry],
  },
  {
    title: 'users are revoked without the grant, past the gateway',
    file: 'subgraphs/hub/standing.ts',
    step: 'demand(may, labelOf(kind));\n    const row',
    instead: 'const row',
    tests: [registry],
  },
  {
    title: 'an emergency lasts as long as is asked for',
    file: 'subgraphs/hub/standing.ts',
    step: 'minutes > maximumMinutes',
    instead: 'minutes > Number.MAX_SAFE_INTEGER',
    tests: [registry],
  },
  {
    title: 'any reason will do',
    file: 'subgraphs/hub/reason.ts',
    step: 'if (isVague(text))',
    instead: 'if (text === "never")',
    tests: ['tests/federation/emergency'],
  },
];
