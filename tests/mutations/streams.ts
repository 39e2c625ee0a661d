/** Shared streams: what keeps apart those who are not shown the same, and each version that an event is checked against. */
import type { Mutation } from './mutations.ts';

const sharing = 'tests/federation/sharing';
const lease = 'tests/unit/gateway/lease';
const streams = 'tests/federation/streams';

export const streamMutations: readonly Mutation[] = [
  {
    title: 'an event that was read for others is shown whatever has become of the watcher',
    file: 'gateway/live.ts',
    step: 'stream.entry.isBehind() || !holds(hub, stream.lease)',
    instead: 'stream.entry.isBehind()',
    tests: [streams],
    only: 'and from nobody else who watches the same',
  },
  {
    title: 'an event that was read for others is shown before those before it are on record',
    file: 'gateway/live.ts',
    step: 'stream.entry.isBehind() || !holds(hub, stream.lease)',
    instead: '!holds(hub, stream.lease)',
    tests: [streams],
    only: 'no event is shown before those before it are on record',
  },
  {
    title: 'streams are shared whoever asks: agency, purpose, case, grants',
    file: 'gateway/sharing.ts',
    step: 'JSON.stringify([shown, planned.hash',
    instead: 'JSON.stringify([planned.hash',
    tests: [sharing],
    only: 'a purpose that differs',
  },
  {
    title: 'streams are shared whatever the variables say',
    file: 'gateway/sharing.ts',
    step: 'planned.hash, ordered(variables), ',
    instead: 'planned.hash, ',
    tests: [sharing],
    only: 'variables that differs',
  },
  {
    title: 'streams are shared whatever is said of what is missing',
    file: 'gateway/sharing.ts',
    step: ', wordsOf(decided)]',
    instead: ', Boolean(wordsOf(decided))]',
    tests: [sharing],
    only: 'what would satisfy a policy is told each',
  },
  {
    title: "a stream whose systems answer by who asks is another's too",
    file: 'gateway/sharing.ts',
    step: 'anchored || planned.sources.some((source) => personal.has(source))',
    instead: 'anchored && planned.sources.some((source) => personal.has(source))',
    tests: [sharing],
    only: 'a stream that asks a system which answers by who asks',
  },
  {
    title: 'systems are told who watches a shared stream',
    file: 'gateway/sharing.ts',
    step: "...{ subject: 'watchers', certifications: [], operationId: '' },",
    instead: "...{ operationId: '' },",
    tests: [sharing],
    only: 'a system is told of a shared stream neither',
  },
  {
    title: 'an event is shown under policies that are in force no more',
    file: 'gateway/lease.ts',
    step: 'lease.policySet === policies.set.hash &&',
    instead: 'policies.set.hash !== undefined &&',
    tests: [lease],
  },
  {
    title: 'an event is shown whoever was revoked meanwhile',
    file: 'gateway/lease.ts',
    step: 'lease.standing === standing.version() &&',
    instead: 'standing.version() !== undefined &&',
    tests: [lease],
  },
  {
    title: 'an event is shown after a certification, a sign-in or a token has ended',
    file: 'gateway/lease.ts',
    step: 'now() < lease.untilMs &&',
    instead: 'now() < Number.POSITIVE_INFINITY &&',
    tests: [lease],
  },
  {
    title: 'an event is shown after the emergency is over',
    file: 'gateway/lease.ts',
    step: ' || standing.isEmergency(lease.emergency.subject, lease.emergency.id)',
    instead: ' || standing.isEmergency !== undefined',
    tests: [lease],
  },
  {
    title: 'a case, or an approval, holds for as long as a signature',
    file: 'gateway/lease.ts',
    step: '? heardMs : longestMs',
    instead: '? longestMs : longestMs',
    tests: [lease],
  },
  {
    title: 'who joins behind the live stream loses what came meanwhile',
    file: 'gateway/flow.ts',
    step: 'for (const item of recent.behind(cursor)) hand(item, member);',
    instead: 'void recent.behind(cursor);',
    tests: ['tests/unit/gateway/flows'],
  },
  {
    title: 'who joins ahead of the live stream is told twice',
    file: 'gateway/flow.ts',
    step: 'if (member.ahead !== undefined && reaches(member.ahead, item.cursor)) return true;',
    instead: '',
    tests: ['tests/unit/gateway/flows'],
  },
  {
    title: 'what waited too long is handed to whoever joins',
    file: 'gateway/recent.ts',
    step: ' || items[0].arrivedMs < oldestMs',
    instead: ' || items[0].arrivedMs < oldestMs - 1e9',
    tests: ['tests/unit/gateway/flows'],
  },
  {
    title: 'an event is answered with what another asked for',
    file: 'gateway/execute/joint.ts',
    step: 'entities.slice(ends[at - 1] ?? 0, ends[at])',
    instead: 'entities.slice(0, ends[0])',
    tests: ['tests/unit/gateway/joint'],
  },
];
