/**
 * What the policies of a set look at. What none of them looks at is not handed
 * over with each question, which halves what a question costs; and the instants
 * and spans that they name tell until when a decision holds.
 */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

export interface Reads {
  /** Names behind a dot or in a `has`. */
  attributes: ReadonlySet<string>;
  /** Names of tags; undefined: any. */
  tags: ReadonlySet<string> | undefined;
  /** `datetime("…")`, milliseconds since the epoch; NaN where it cannot be told. */
  instantsMs: readonly number[];
  /** `duration("…")`. */
  spansMs: readonly number[];
  /** Whether a policy looks at the time of day, or takes an instant apart in another way that no date tells beforehand. */
  clock: boolean;
}

export const readsOf = (policies: readonly PolicyJson[]): Reads => {
  const found = {
    attributes: new Set<string>(),
    tags: new Set<string>(),
    anyTag: false,
    clock: false,
    instantsMs: [] as number[],
    spansMs: [] as number[],
  };
  const look = (node: unknown): void => {
    if (!node || typeof node !== 'object') return;
    for (const [key, value] of Object.entries(node)) {
      if (key === '.' || key === 'has') for (const name of [value.attr].flat()) found.attributes.add(name);
      if (key === 'getTag' || key === 'hasTag') {
        if (typeof value.right?.Value === 'string') found.tags.add(value.right.Value);
        else found.anyTag = true;
      }
      if (clockwork.has(key)) found.clock = true;
      if (key === 'datetime') found.instantsMs.push(Date.parse(textOf(value)));
      if (key === 'duration') found.spansMs.push(spanOf(textOf(value)));
      look(value);
    }
  };
  for (const { conditions } of policies) look(conditions);
  const { anyTag, tags, ...rest } = found;
  return { ...rest, tags: anyTag ? undefined : tags };
};

const clockwork: ReadonlySet<string> = new Set([
  'toTime',
  'toDate',
  'offset',
  'toMilliseconds',
  'toSeconds',
  'toMinutes',
  'toHours',
  'toDays',
]);

const textOf = (parameters: unknown): string => {
  const [first] = Array.isArray(parameters) ? parameters : [];
  return typeof first?.Value === 'string' ? first.Value : '';
};

const unitsMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** `1d12h`, `-30m`. */
const spanOf = (text: string): number => {
  const parts = [...text.matchAll(/(\d+)(d|h|ms|m|s)/g)];
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * unitsMs[unit as keyof typeof unitsMs], 0);
  return parts.length === 0 ? Number.NaN : text.startsWith('-') ? -ms : ms;
};

/**
 * The next instant at which a decision of these policies may turn out otherwise:
 * a date that they name, or a date of the caller's, by itself or with a span.
 */
export const nextTurn = (
  { instantsMs, spansMs }: Pick<Reads, 'instantsMs' | 'spansMs'>,
  datesMs: readonly number[],
  nowMs: number,
): number => {
  const spans = [0, ...spansMs.flatMap((span) => [span, -span])];
  const turns = [...instantsMs, ...datesMs].flatMap((dateMs) => spans.map((span) => dateMs + span));
  if (turns.some(Number.isNaN)) return nowMs;
  return Math.min(...turns.filter((turnMs) => turnMs > nowMs));
};
