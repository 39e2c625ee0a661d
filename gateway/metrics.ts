/**
 * Figures for Prometheus at `/metrics`: how the audit fares, and the process.
 * Counts and times only; no label holds what a caller sent. Whoever asks has the
 * token, or, where none is set, is on this machine.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Express, Request } from 'express';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AuditMeter } from './audit/status.ts';

export interface Metrics {
  registry: Registry;
  audit: AuditMeter;
}

export const openMetrics = (): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return { registry, audit: auditMeter(registry) };
};

const auditMeter = (registry: Registry): AuditMeter => {
  const registers = [registry];
  const records = new Counter({ name: 'hub_audit_records_total', help: 'Records made durable by this gateway.', registers });
  const failures = new Counter({
    name: 'hub_audit_failures_total',
    help: 'Times that the audit could not do its work, by alert.',
    labelNames: ['alert'],
    registers,
  });
  const seconds = new Histogram({
    name: 'hub_audit_append_seconds',
    help: 'How long records that were written together took to become durable.',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  const size = new Gauge({ name: 'hub_audit_log_records', help: 'Length of the log, as this gateway knows it.', registers });
  const signed = new Gauge({ name: 'hub_audit_signed_records', help: 'How much of the log is signed.', registers });
  const waiting = new Gauge({ name: 'hub_audit_spooled_records', help: 'Records that wait in the spool.', registers });
  return {
    appended: (count, took) => {
      records.inc(count);
      seconds.observe(took);
    },
    failed: (alert) => failures.inc({ alert }),
    grown: (length) => size.set(length),
    signed: (length) => signed.set(length),
    spooling: (count) => waiting.set(count),
  };
};

export const addMetrics = (app: Express, { registry }: Metrics, token: string | undefined): void => {
  app.get('/metrics', async (request, response) => {
    if (!isAllowed(request, token)) return void response.status(404).end();
    response.set('content-type', registry.contentType).send(await registry.metrics());
  });
};

const isAllowed = (request: Request, token: string | undefined): boolean => {
  if (token !== undefined) return isSame(request.header('authorization') ?? '', `Bearer ${token}`);
  // A proxy on this machine speaks for others.
  const passedOn = request.header('x-forwarded-for') ?? request.header('forwarded') ?? request.header('via');
  return passedOn === undefined && /^(127\.|::1$|::ffff:127\.)/.test(request.socket.remoteAddress ?? '');
};

const isSame = (one: string, other: string): boolean => timingSafeEqual(digestOf(one), digestOf(other));
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
