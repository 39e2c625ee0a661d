/** Log-ons: the first operation under a token at this gateway, once for each token until it ends. */
import { hash } from 'node:crypto';
import type { Caller } from '../authenticate.ts';
import { openKept } from '../kept.ts';
import { type Audit, type Peer, whereOf, whoOf } from './audit.ts';
import type { AuditRecord } from './record.ts';

/** The first operation under a token at this gateway. */
export interface LogOn {
  caller: Caller;
  operationId: string;
  token: string;
  peer?: Peer | undefined;
}

type LogOnRecord = Omit<AuditRecord, 'fields' | 'denied' | 'entities' | 'sources'>;

/** Past this, the token that was not used for longest is forgotten, and its next operation is a log-on again. */
const tokensAtMost = 10_000;

/** Tokens are known by their digest. */
export const openLogOns = (append: (record: LogOnRecord) => Promise<void>, now: () => number): Audit['logOn'] => {
  const known = openKept<Promise<void>>(tokensAtMost);
  return ({ caller, operationId, token, peer }) => {
    const digest = hash('sha256', token, 'base64url');
    const found = known.get(digest);
    if (found) return found;
    const { expiresAtMs, methods, signedInAtMs } = caller;
    const signedInAt = signedInAtMs === undefined ? undefined : new Date(signedInAtMs).toISOString();
    const detail = JSON.stringify({ methods, signedInAt, expiresAt: new Date(expiresAtMs).toISOString(), roles: caller.roles });
    const who = { ...whoOf({ ...caller, operationId }), ...whereOf(peer), detail };
    const durable = append({ ...who, at: new Date(now()), kind: 'LOGGED_ON', outcome: 'OK' });
    known.set(digest, durable);
    durable.catch(() => known.delete(digest)); // Not on record: the next operation tries again.
    return durable;
  };
};
