/**
 * The map's signs, drawn once for map and legend alike. Each state has a shape of
 * its own beside its color: what cannot be told apart by hue still can be told.
 */
import type { UnitStatus } from '../../generated/graphql.ts';
import type { Urgency } from '../priority.ts';

export const unitColors: Record<UnitStatus, string> = {
  AVAILABLE: '#4ddc8a',
  DISPATCHED: '#5cc8ff',
  EN_ROUTE: '#5cc8ff',
  ON_SCENE: '#e08bff',
  OUT_OF_SERVICE: '#93a7bb',
};

export const urgencyColors: Record<Urgency, string> = { '2': '#ff6b64', '1': '#ffc247', '0': '#93a7bb' };

const dark = '#05080c';

const svg = (size: number, inner: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${size * 2}" height="${size * 2}" viewBox="0 0 ${size} ${size}">${inner}</svg>`;

/** Points to where the unit goes; the map turns it. */
const arrow = (color: string): string =>
  svg(
    24,
    `<path d="M12 2 L20 21 L12 16.5 L4 21 Z" fill="${color}" stroke="${dark}" stroke-width="1.5" stroke-linejoin="round"/>`,
  );

/** Smaller than what moves: a city's parked cars are the ground, not the picture. */
const dot = (color: string, status: UnitStatus): string =>
  svg(
    24,
    `<circle cx="12" cy="12" r="${status === 'AVAILABLE' ? 4 : 6.5}" fill="${color}" stroke="${dark}" stroke-width="1.5"/>`,
  );

/** Hollow and broken: where it was, not where it is. */
const ghost = (color: string): string =>
  svg(
    24,
    `<circle cx="12" cy="12" r="7" fill="${dark}" fill-opacity=".7" stroke="${color}" stroke-width="2" stroke-dasharray="3 2.5"/>` +
      `<path d="M12 8.5 V12 L14.5 13.5" fill="none" stroke="${color}" stroke-width="1.8"/>`,
  );

const diamond = (urgency: Urgency, state: 'waiting' | 'open' | 'closed'): string => {
  const color = urgencyColors[urgency];
  const filled = state !== 'closed';
  const ring =
    state === 'waiting' ? `<path d="M16 1 L31 16 L16 31 L1 16 Z" fill="none" stroke="${color}" stroke-width="2"/>` : '';
  return svg(
    32,
    `${ring}<path d="M16 5 L27 16 L16 27 L5 16 Z" fill="${filled ? color : dark}" stroke="${filled ? dark : color}" stroke-width="1.5"/>` +
      `<text x="16" y="20.3" font-family="system-ui,sans-serif" font-size="12" font-weight="700" text-anchor="middle" ` +
      `fill="${filled ? dark : color}">${urgency}</text>`,
  );
};

const cameraBody = (fill: string, stroke: string): string =>
  `<path d="M3 6 H13 V14 H3 Z M13 9 L17.5 6.5 V13.5 L13 11 Z" fill="${fill}" stroke="${stroke}" stroke-width="1.4" stroke-linejoin="round"/>`;

const cameras = {
  public: svg(20, cameraBody('#58d0c4', dark)),
  partner: svg(
    20,
    `<circle cx="10" cy="10" r="9.3" fill="${dark}" stroke="#c9a3ff" stroke-width="1.2"/>${cameraBody('#c9a3ff', dark)}`,
  ),
  hidden: svg(20, `${cameraBody(dark, '#c9a3ff')}<path d="M2 18 L18 2" stroke="#c9a3ff" stroke-width="2"/>`),
  out: svg(20, `${cameraBody(dark, '#93a7bb')}<path d="M5 4 L15 16 M15 4 L5 16" stroke="#ff7a73" stroke-width="1.8"/>`),
};

const unitStatuses = Object.keys(unitColors) as UnitStatus[];
const urgencies: Urgency[] = ['2', '1', '0'];

/** Name → drawing, at twice the size for sharp screens. */
export const icons: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    unitStatuses.flatMap((status) => [
      [`unit-${status}-moving`, arrow(unitColors[status])],
      [`unit-${status}-parked`, dot(unitColors[status], status)],
      [`unit-${status}-stale`, ghost(unitColors[status])],
    ]),
  ),
  ...Object.fromEntries(
    urgencies.flatMap((urgency) =>
      (['waiting', 'open', 'closed'] as const).map((state) => [`incident-${urgency}-${state}`, diamond(urgency, state)]),
    ),
  ),
  ...Object.fromEntries(Object.entries(cameras).map(([name, drawing]) => [`camera-${name}`, drawing])),
};

export const iconUrl = (name: string): string => `data:image/svg+xml,${encodeURIComponent(icons[name] ?? '')}`;
