/** The system's settings, read once and checked; an absent port means that somebody else receives. */
import { z } from 'zod';
import type { Runtime } from '../kit/system.ts';
import { defaultThresholds } from './state.ts';

const seconds = (fallback: number) => z.coerce.number().positive().max(86_400).default(fallback);

const schema = z.object({
  /** UDP port for the modems; 0 takes any free one; absent: no listener. */
  AVL_UDP_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  AVL_UDP_HOST: z.string().default('127.0.0.1'),
  /** Where fixes are written, when not through the hub's own (read-only) connection. */
  AVL_INGEST_URL: z.string().optional(),
  AVL_TRAIL_HOURS: z.coerce
    .number()
    .positive()
    .max(24 * 366)
    .default(24),
  /** Faster than this from fix to fix is refused; a replay at 60 times real time sets 60 times this. */
  AVL_MAX_SPEED_KPH: z.coerce.number().positive().default(300),
  AVL_MOVING_KPH: z.coerce.number().positive().default(defaultThresholds.movingKph),
  AVL_STALE_MOVING_SECONDS: seconds(defaultThresholds.movingSeconds),
  AVL_STALE_PARKED_SECONDS: seconds(defaultThresholds.parkedSeconds),
  AVL_OFF_AFTER_SECONDS: seconds(defaultThresholds.offSeconds),
});

export type AvlSettings = ReturnType<typeof readSettings>;

export const readSettings = (settings: Runtime['settings']) => {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw new Error(
      `The settings of avl do not fit: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}.`,
    );
  }
  const read = parsed.data;
  return {
    udpPort: read.AVL_UDP_PORT,
    udpHost: read.AVL_UDP_HOST,
    ingestUrl: read.AVL_INGEST_URL,
    trailMs: read.AVL_TRAIL_HOURS * 3_600_000,
    maximumSpeedKph: read.AVL_MAX_SPEED_KPH,
    thresholds: {
      movingKph: read.AVL_MOVING_KPH,
      movingSeconds: read.AVL_STALE_MOVING_SECONDS,
      parkedSeconds: read.AVL_STALE_PARKED_SECONDS,
      offSeconds: read.AVL_OFF_AFTER_SECONDS,
    },
  };
};
