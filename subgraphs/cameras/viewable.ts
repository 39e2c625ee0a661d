/**
 * May the caller's center look through this camera now? One pure decision: it
 * takes the camera's ownership, the agreements that the caller's agency can
 * count on, and the clock. Nothing here is remembered, so an agreement that
 * expires or is revoked takes effect with the next question.
 *
 * `source.ts` says the same in SQL for lists that filter by it; a test holds the
 * two together.
 */
import type { Agreement, Stream } from './reader.ts';

export type Terms = Pick<
  Agreement,
  'scopeLive' | 'scopeRecorded' | 'scopePtz' | 'triggers' | 'validFrom' | 'expiresAt' | 'revokedAt'
>;

export interface Decision<A extends Terms = Agreement> {
  viewable: boolean;
  /** A sentence; undefined when viewable. */
  because?: string;
  /** The agreement that decided: the one that allows, else the one that comes closest. */
  agreement?: A;
}

/** `validFrom` is the first instant of force, `expiresAt` and `revokedAt` the first without. Unsigned is not in force. */
export const inForce = ({ validFrom, expiresAt, revokedAt }: Terms, nowMs: number): boolean =>
  validFrom !== null &&
  validFrom.getTime() <= nowMs &&
  (expiresAt === null || nowMs < expiresAt.getTime()) &&
  (revokedAt === null || nowMs < revokedAt.getTime());

/** `agreements` cover the camera, and the caller may count on them. Of equals, the one that began last decides. */
export const decide = <A extends Terms>(ownership: string, agreements: readonly A[], nowMs: number): Decision<A> => {
  if (ownership === 'PUBLIC') return { viewable: true };
  const judged = agreements.map((agreement) => ({ agreement, ...judge(agreement, nowMs) }));
  const [best] = judged.sort((a, b) => a.distance - b.distance || startMs(b.agreement) - startMs(a.agreement));
  if (!best) return { viewable: false, because: "The owner has no agreement that covers the caller's agency." };
  const { agreement, because } = best;
  return because === undefined ? { viewable: true, agreement } : { viewable: false, because, agreement };
};

interface Judgement {
  /** How far from allowing: 0 allows. */
  distance: number;
  because?: string;
}

const judge = (terms: Terms, nowMs: number): Judgement => {
  const { validFrom, expiresAt, revokedAt, scopeLive, triggers } = terms;
  if (inForce(terms, nowMs)) {
    if (!scopeLive) return { distance: 2, because: 'The agreement does not cover live viewing.' };
    if (triggers.length > 0) return { distance: 1, because: `The agreement needs a trigger: ${triggers.join('; ')}.` };
    return { distance: 0 };
  }
  if (revokedAt !== null && revokedAt.getTime() <= nowMs) return { distance: 4, because: 'The owner revoked the agreement.' };
  if (expiresAt !== null && expiresAt.getTime() <= nowMs) return { distance: 4, because: 'The agreement has expired.' };
  return { distance: 3, because: validFrom === null ? 'The agreement is not signed.' : 'The agreement has not begun.' };
};

const startMs = ({ validFrom }: Terms): number => validFrom?.getTime() ?? 0;

/** The stream as far as the decision allows it; undefined where nothing of it is left. */
export const permitted = <S extends Pick<Stream, 'live' | 'recorded' | 'ptz'>>(
  stream: S,
  { viewable, agreement }: Decision<Terms>,
): S | undefined => {
  if (!viewable) return undefined;
  if (!agreement) return stream;
  const live = stream.live && agreement.scopeLive;
  const recorded = stream.recorded && agreement.scopeRecorded;
  return live || recorded ? { ...stream, live, recorded, ptz: live && stream.ptz && agreement.scopePtz } : undefined;
};
