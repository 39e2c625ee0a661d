/** The standing in the graph: field → reader, its feed, and how it starts. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { isWebhookSecret } from '../../schema/webhook.ts';
import { pollFeed } from '../kit/feed.ts';
import { live } from '../kit/live.ts';
import type { PageArguments } from '../kit/page.ts';
import type { Context, Runtime } from '../kit/system.ts';
import { openAlarm } from './alarm.ts';
import {
  type Emergency,
  type EmergencyState,
  type Finding,
  openStanding,
  type Revocation,
  type StandingReader,
  stateOf,
} from './standing.ts';

type Reader = { standing: StandingReader };
type Hub = Context<Reader>;

const topic = 'standing';

/** Woken by the tables' triggers, so that gateways hear of a change at once. */
export const standingFeed = pollFeed({ topic, view: 'hub.standing', channel: 'hub_standing' });

const settings = z.object({
  HUB_EMERGENCY_MINUTES: z.coerce.number().int().min(1).default(60),
  HUB_EMERGENCY_ALERT_URL: z.url().optional(),
  HUB_WEBHOOK_SECRET: z.string().refine(isWebhookSecret, 'It takes "whsec_" and 24 to 64 bytes in base64.').optional(),
});

export const startStanding = async (runtime: Runtime) => {
  const set = settings.parse(runtime.settings);
  await runtime.database.exec(readFileSync(new URL('standing.sql', import.meta.url), 'utf8'));
  const alarm = openAlarm({ log: runtime.log, webhook: set.HUB_EMERGENCY_ALERT_URL, secret: set.HUB_WEBHOOK_SECRET });
  return {
    reader: openStanding({ runtime, alarm, maximumMinutes: set.HUB_EMERGENCY_MINUTES }),
    close: alarm.settled,
  };
};

const Query = {
  revocations: (_: unknown, { inForce, ...page }: PageArguments & { inForce?: boolean | null }, { read }: Hub) =>
    read.standing.revocations(inForce, page),
  emergencies: (_: unknown, { state, ...page }: PageArguments & { state?: EmergencyState | null }, { read }: Hub) =>
    read.standing.emergencies(state, page),
  standing: (_: unknown, _args: unknown, { read }: Hub) => read.standing.inForce(),
};

interface Revoking {
  subject: string;
  token: string;
  caseNumber: string;
  reason: string;
}

const Mutation = {
  revokeUser: (_: unknown, { subject, reason }: Revoking, { read }: Hub) =>
    read.standing.revoke({ kind: 'USER', subject, reason }),
  revokeToken: (_: unknown, { token, reason }: Revoking, { read }: Hub) => read.standing.revoke({ kind: 'TOKEN', token, reason }),
  revokeAssignment: (_: unknown, { subject, caseNumber, reason }: Revoking, { read }: Hub) =>
    read.standing.revoke({ kind: 'ASSIGNMENT', subject, caseNumber, reason }),
  liftRevocation: (_: unknown, { id, reason }: { id: string; reason: string }, { read }: Hub) => read.standing.lift(id, reason),
  breakGlass: (_: unknown, args: { reason: string; caseNumber?: string | null; minutes: number }, { read }: Hub) =>
    read.standing.breakGlass(args),
  endEmergency: (_: unknown, { id }: { id: string }, { read }: Hub) => read.standing.end(id),
  reviewEmergency: (_: unknown, { id, finding, note }: { id: string; finding: Finding; note: string }, { read }: Hub) =>
    read.standing.review(id, finding, note),
};

const Subscription = {
  emergencyChanged: live<Reader, { after?: string | null }, { cursor: string; emergency: Emergency | null }>({
    topic,
    accept: async ({ key }, _args, { read }) => key.startsWith('emergency-') && (await read.standing.emergency(key)) !== null,
    resolve: async ({ key, cursor }, _args, { read }) => ({ cursor, emergency: await read.standing.emergency(key) }),
  }),
  standingChanged: live<Reader, { after?: string | null }, { cursor: string }>({
    topic,
    accept: () => true,
    resolve: ({ cursor }) => ({ cursor }),
  }),
};

const types = {
  Revocation: {
    __resolveReference: ({ id }: Revocation, { read }: Hub) => read.standing.revocation(id),
  },
  Emergency: {
    __resolveReference: ({ id }: Emergency, { read }: Hub) => read.standing.emergency(id),
    state: (emergency: Emergency, _args: unknown, { read }: Hub) => stateOf(emergency, read.standing.nowMs),
  },
};

export const standingFields = { Query, Mutation, Subscription, types };
