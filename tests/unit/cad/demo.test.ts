/** The published calls as demos use them, the units derived from them, and Carnival's timetable. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { normaliseItem, readCalls } from '../../../subgraphs/kit/demo/calls.ts';
import { isShared, ownerOf } from '../../../subgraphs/kit/demo/ownership.ts';
import { carnival, carnivalCalls, carnivalSchedule, roundMs } from '../../../subgraphs/kit/demo/schedule.ts';
import { parseLocal, toLocal } from '../../../subgraphs/kit/demo/time.ts';
import { deriveUnits } from '../../../subgraphs/kit/demo/units.ts';

const rejects = mkdtempSync(join(tmpdir(), 'rtcc-cad-'));
const { calls, rejected } = readCalls(rejects);
const { units, assignments } = deriveUnits(calls);

test('item numbers become one spelling; a slip of the pen stays unlike any other', () => {
  const spelled = [
    'B-24020-22',
    'b 24020 22',
    'D-10234--22',
    'K-17441-22, 20I',
    'f-26228-22',
    'A-20927-2',
    'RTCC 31028',
    'B*30662-22',
  ];
  expect(spelled.map(normaliseItem)).toEqual([
    'B2402022',
    'B2402022',
    'D1023422',
    'K1744122',
    'F2622822',
    'A209272',
    'RTCC31028',
    'B3066222',
  ]);
});

test('there is one call an item, and none is lost', () => {
  expect(calls).toHaveLength(6_528);
  expect(new Set(calls.map(({ item }) => item)).size).toBe(6_528);
  expect(Object.values(rejected)).toEqual([0, 0, 0]);
  expect(calls.reduce((sum, { videoRequests }) => sum + videoRequests.length, 0)).toBe(7_476);
});

test('seconds come from the extract that has them; a beat that a spreadsheet took for a number is mended', () => {
  expect(calls.find(({ item }) => item === 'B2402022')?.createdAt.toISOString()).toBe('2022-02-21T00:42:11.000Z');
  expect(calls.filter(({ beat }) => beat?.includes('+'))).toEqual([]);
  expect(calls.filter(({ zone }) => zone === '3E').length).toBeGreaterThan(0);
});

test('a row that does not parse is kept out with its line and reason, and the rest is loaded', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rtcc-cad-input-'));
  const source = new URL('../../../subgraphs/kit/demo/new-orleans/', import.meta.url);
  const copy = (file: string, change: (lines: string[]) => string[]) =>
    writeFileSync(join(folder, file), change(readFileSync(new URL(file, source), 'utf8').split('\n').slice(0, 5)).join('\n'));
  copy('cad_calls_rtcc_2022.csv', ([head = '', first = '', second = '', ...rest]) => [
    head,
    first.replace('1/1/2022 1:07', '13/32/2022'),
    second,
    ...rest,
  ]);
  copy('cad_violent_calls_2022q1.csv', (lines) => lines);
  copy('rtcc_video_requests_2022.csv', (lines) => lines);
  const read = readCalls(folder, pathToFileURL(`${folder}/`));
  expect(read.calls).toHaveLength(3);
  expect(read.rejected['cad_calls_rtcc_2022.csv']).toBe(1);
  const line = JSON.parse(readFileSync(join(folder, 'cad_calls_rtcc_2022.csv.jsonl'), 'utf8'));
  expect(line).toMatchObject({ row: 2, reason: expect.stringContaining('TimeCreate') });
});

test('local times are read in both spellings, across the change of the clocks', () => {
  expect(parseLocal('2/20/2022 18:42')?.toISOString()).toBe('2022-02-21T00:42:00.000Z');
  expect(parseLocal('07/04/2022 12:05:09 AM')?.toISOString()).toBe('2022-07-04T05:05:09.000Z');
  expect(parseLocal('3/13/2022 3:00')?.toISOString()).toBe('2022-03-13T08:00:00.000Z');
  expect(parseLocal('11/6/2022 1:30')?.toISOString()).toBe('2022-11-06T07:30:00.000Z');
  expect(['2/30/2022 1:00', '1/1/2022 24:00', '1/1/2022 13:00:00 PM', '2022-01-01'].map(parseLocal)).toEqual(
    Array(4).fill(undefined),
  );
  expect(calls.every(({ createdAt }) => parseLocal(usual(toLocal(createdAt)))?.getTime() === createdAt.getTime())).toBe(true);
});

const usual = (local: string) => local.replace(/^(\d+)-(\d+)-(\d+) (\S+)\.000$/, '$2/$3/$1 $4');

test('no unit is ever on two calls at once', () => {
  const spans = assignments.map(({ callSign, dispatchedAt, onSceneAt, clearedAt }) => {
    const known = [dispatchedAt, onSceneAt].flatMap((at) => (at ? [at.getTime()] : []));
    return { callSign, from: Math.min(...known), to: clearedAt.getTime() };
  });
  spans.sort((one, other) => (one.callSign === other.callSign ? one.from - other.from : one.callSign < other.callSign ? -1 : 1));
  const clashes = spans.filter(
    ({ callSign, from }, each) => each > 0 && spans[each - 1]?.callSign === callSign && from < (spans[each - 1]?.to ?? 0),
  );
  expect(clashes).toEqual([]);
});

test('urgent calls get two or three units, others one; the first has the recorded times', () => {
  const counts = new Map<string, number>();
  for (const { item } of assignments) counts.set(item, (counts.get(item) ?? 0) + 1);
  const attended = calls.filter(({ dispatchedAt, arrivedAt, zone }) => zone && (dispatchedAt || arrivedAt));
  for (const { item, priority } of attended) expect(priority.startsWith('2') ? [2, 3] : [1]).toContain(counts.get(item));
  const robbery = calls.find(({ item }) => item === 'B2402022');
  const [lead] = assignments.filter(({ item }) => item === 'B2402022');
  expect(lead).toMatchObject({
    dispatchedAt: robbery?.dispatchedAt,
    onSceneAt: robbery?.arrivedAt,
    clearedAt: robbery?.closedAt,
  });
});

test('units are the same each time, whatever the order of the calls', () => {
  expect(deriveUnits([...calls].reverse())).toEqual({ units, assignments });
});

test('the neighbor owns about three in a hundred calls, and two in three are shared', () => {
  const foreign = calls.filter(({ item }) => ownerOf(item).ori === 'LA0260000').length / calls.length;
  const shared = calls.filter(({ item }) => isShared(item)).length / calls.length;
  expect(foreign).toBeCloseTo(0.03, 2);
  expect(shared).toBeCloseTo(0.667, 1);
  expect(ownerOf('B2402022').ori).toBe('LANPD0000');
});

test('a round of Carnival is in order, starts where it should and ends within its length', () => {
  const startAt = new Date('2030-01-01T00:00:00Z');
  const steps = carnivalSchedule({ calls, assignments, startAt, speed: 60 });
  expect(carnivalCalls(calls)).toHaveLength(350);
  expect(steps.every(({ at }, each) => each === 0 || at >= (steps[each - 1]?.at ?? at))).toBe(true);
  expect(steps.at(-1)?.at.getTime()).toBeLessThanOrEqual(startAt.getTime() + roundMs(60));
  const robbery = steps.find(({ item, kind }) => item === 'B2402022' && kind === 'received');
  expect(robbery?.at.getTime()).toBeCloseTo(
    startAt.getTime() + (Date.parse('2022-02-21T00:42:11Z') - carnival.start.getTime()) / 60,
    -1,
  );
});
