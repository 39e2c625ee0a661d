/**
 * What has just come: rows are marked for a while, and said in one sentence for
 * many. A screen reader that is told every change of a busy evening is told nothing.
 */
import { useEffect, useState } from 'react';
import { wordsOf } from '../../kit/format.ts';
import type { Tray } from '../../kit/tray.ts';
import type { Changed, Picture } from './live/picture.ts';
import { titleOf, urgencyOf } from './priority.ts';

export type Fresh = ReadonlyMap<string, 'new' | 'changed'>;

const freshMs = 20_000;
const sayEveryMs = 4_000;
const named = 3;

export const useNews = (picture: Picture, tray: Tray, onOpen: (id: string) => void): Fresh => {
  const [fresh, setFresh] = useState<Fresh>(new Map());
  useEffect(() => {
    const timers = new Set<ReturnType<typeof setTimeout>>();
    let waiting: Changed[] = [];
    let saying: ReturnType<typeof setTimeout> | undefined;
    const say = (): void => {
      saying = undefined;
      tray.say(sentenceOf(waiting));
      waiting = [];
    };
    const mark = (id: string, as: 'new' | 'changed'): void => {
      setFresh((before) => (before.get(id) === 'new' ? before : new Map(before).set(id, as)));
      const timer = setTimeout(() => {
        timers.delete(timer);
        setFresh((before) => without(before, id));
      }, freshMs);
      timers.add(timer);
    };
    const stop = picture.onIncident((changed) => {
      const { incident, before, created } = changed;
      if (!created && !matters(changed)) return;
      mark(incident.id, created ? 'new' : 'changed');
      if (isAlarming(changed)) {
        tray.add({
          id: `incident-${incident.id}`,
          level: 'bad',
          quiet: true,
          text: `${before && !created ? 'Raised to' : 'New'} ${incident.priority}: ${titleOf(incident)}, ${incident.location?.address ?? 'no address'}`,
          action: { label: 'Open', run: () => onOpen(incident.id) },
        });
      }
      waiting.push(changed);
      saying ??= setTimeout(say, sayEveryMs);
    });
    return () => {
      stop();
      clearTimeout(saying);
      for (const timer of timers) clearTimeout(timer);
    };
  }, [picture, tray, onOpen]);
  return fresh;
};

/** Urgent since now: new so, or raised. */
const isAlarming = ({ incident, before, created }: Changed): boolean =>
  urgencyOf(incident) === '2' && incident.status !== 'CLOSED' && (before ? urgencyOf(before) !== '2' : created);

const matters = ({ incident, before }: Changed): boolean =>
  before !== undefined &&
  (incident.status !== before.status || incident.priority !== before.priority || incident.type?.code !== before.type?.code);

const without = (fresh: Fresh, id: string): Fresh => {
  const rest = new Map(fresh);
  rest.delete(id);
  return rest;
};

const sentenceOf = (changes: readonly Changed[]): string => {
  const came = changes.filter(({ created }) => created);
  const changed = changes.length - came.length;
  const names = came.slice(0, named).map(({ incident }) => `${titleOf(incident)}, ${incident.location?.address ?? 'no address'}`);
  const parts = [
    came.length > 0 &&
      `${came.length} new ${came.length === 1 ? 'call' : 'calls'}: ${names.join('; ')}${came.length > named ? '; and more' : ''}`,
    changed === 1 && came.length === 0 && changes[0] && `${titleOf(changes[0].incident)}: ${wordsOf(changes[0].incident.status)}`,
    (changed > 1 || (changed === 1 && came.length > 0)) && `${changed} changed`,
  ];
  return parts.filter(Boolean).join('. ');
};
