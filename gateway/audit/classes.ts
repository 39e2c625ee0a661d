/**
 * The policies that an operation touches → the class of its records. The
 * strictest wins: a commercial search within a report is kept like one.
 */
import type { AuditClass } from './record.ts';

/** A system's name → what the law calls the data it holds; each year count is the deployment's own. */
const classes: Readonly<Record<string, AuditClass>> = { 'people-search': 'COMMERCIAL', cameras: 'ALPR', rms: 'CJI' };
const strictestFirst: readonly AuditClass[] = ['COMMERCIAL', 'ALPR', 'CJI'];

export const classOf = (sources: readonly string[]): AuditClass => {
  const found = new Set(sources.map((source) => (Object.hasOwn(classes, source) ? classes[source] : undefined)));
  return strictestFirst.find((one) => found.has(one)) ?? 'GENERAL';
};
