/** What the demo derives from the published papers: codes, people, protection, names, vehicles. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { newOrleans } from '../../../subgraphs/kit/demo/load.ts';
import { readNames } from '../../../subgraphs/rms/demo/names.ts';
import { narrativeOf } from '../../../subgraphs/rms/demo/narrative.ts';
import { readCrosswalk } from '../../../subgraphs/rms/demo/nibrs.ts';
import { type Paper, type Party, readPapers } from '../../../subgraphs/rms/demo/papers.ts';
import { ageOn, birthOf, indexPeople } from '../../../subgraphs/rms/demo/people.ts';
import { isJuvenile, protectionOf } from '../../../subgraphs/rms/demo/protect.ts';
import { vehiclesOf } from '../../../subgraphs/rms/demo/vehicles.ts';

const rejects = mkdtempSync(join(tmpdir(), 'rms-rejects-'));
const { papers } = readPapers(rejects);
const index = indexPeople(papers, readNames());

const party: Party = {
  key: 'k',
  type: 'VICTIM',
  number: 1,
  offenderId: null,
  arrested: false,
  race: null,
  sex: null,
  age: 30,
  fatal: false,
};
const paper = (signal: string, charges: string[] = []): Paper => ({
  item: 'B2402022',
  number: 'B-24020-22',
  kinds: [],
  disposition: 'OPEN',
  signal: { code: signal, text: '' },
  district: null,
  address: null,
  occurredAt: new Date('2022-02-21T00:30:00Z'),
  hateCrime: false,
  parties: [party],
  charges: charges.map((text) => ({ code: '14', text })),
  charged: [],
});

describe('the cross-walk to NIBRS', () => {
  const { ofCharge, ofSignal } = readCrosswalk();

  test.each([
    ['14 64', 'ARMED ROBBERY', '120'],
    ['14 62', 'SIMPLE BURGLARY', '220'],
    ['14 30.1', 'SECOND DEGREE MURDER', '09A'],
    ['14 (27) 30.1', 'ATTEMPT - SECOND DEGREEMURDER', '13A'],
    ['14 (24) (27) 64.3', 'PRINCIPAL TO ATTEMPTED ARMED ROBBERY WITH A FIREARM', '120'],
    ['14 (25) 64', 'ACCESSORY - ARMED ROBBERY', '90Z'],
    ['14 34', 'AGG. BATTERY', '13A'],
    ['14 35', 'SIMPLE BATTERY', '13B'],
    ['14 35.3', 'DOMESTIC ABUSE BATTERY - SIMPLE', '13B'],
    ['14 35.3(L)', 'ACTS OF DOMESTIC VIOLENCE(STRANGULATION) - SIMPLE', '13A'],
    ['14 67.26', 'THEFT OF A MOTOR VEHICLE', '240'],
    ['14 67.16', 'IDENTITY THEFT', '26F'],
    ['14 95.E', 'ILLEGAL CARRYING OF A WEAPON WHILE IN POSSESSION OF NARCOTICS', '520'],
    ['40 966', 'PROHIBITED ACTS--SCHEDULE I DRUGS', '35A'],
    ['54 403', 'DISTURBING THE PEACE', '90C'],
  ])('%s %s is %s', (code, text, nibrs) => {
    expect(ofCharge(code, text)).toBe(nibrs);
  });

  test.each([
    ['FUGITIVE ATTACHMENT', 'WARRANT ISSUED BY'],
    ['32 58', 'CARELESS OPERATION OF A VEHICLE'],
    ['14 000', 'OUT OF STATE FUGITIVE'],
    ['', ''],
  ])('%s has no code', (code, text) => {
    expect(ofCharge(code, text)).toBeNull();
  });

  test.each([
    ['64G', '120'],
    ['27-64J', '120'],
    ['27-30S', '13A'],
    ['62C', '23F'],
    ['67AR', '240'],
    ['35D', '13B'],
    ['21', null],
    ['42U', null],
    ['29S', null],
  ])('signal %s is %p', (signal, nibrs) => {
    expect(ofSignal(signal)).toBe(nibrs);
  });
});

describe('protection', () => {
  test.each([
    ['42', 'SX'],
    ['27-43', 'SX'],
    ['43MB', 'SX'],
    ['80', 'SX'],
    ['35D', 'DV'],
    ['103D', 'DV'],
    ['27-30D', 'DV'],
    ['79', 'DV'],
    ['64G', ''],
    ['30S', ''],
    ['18DE', ''],
  ])('a victim under signal %s is protected as %p', (signal, protection) => {
    expect(protectionOf(paper(signal), party)).toBe(protection);
  });

  test.each([
    ['SEXUAL BATTERY', 'SX'],
    ['BATTERY OF A DATING PARTNER', 'DV'],
    ['ARMED ROBBERY', ''],
  ])('a victim under the charge %s is protected as %p', (charge, protection) => {
    expect(protectionOf(paper('35', [charge]), party)).toBe(protection);
  });

  test('a witness or an offender of such a report is not a protected victim', () => {
    expect(protectionOf(paper('42'), { ...party, type: 'WITNESS' })).toBe('');
    expect(protectionOf(paper('42'), { ...party, type: undefined })).toBe('');
  });

  test('seventeen is a juvenile, eighteen is not; a runaway juvenile is one without an age', () => {
    expect(isJuvenile(paper('35'), { ...party, age: 17 })).toBe(true);
    expect(isJuvenile(paper('35'), { ...party, age: 18 })).toBe(false);
    expect(isJuvenile(paper('21J'), { ...party, age: null, type: 'RUNAWAY JUVENILE' })).toBe(true);
    expect(isJuvenile(paper('93'), { ...party, age: null })).toBe(true);
    expect(isJuvenile(paper('35'), { ...party, age: null })).toBe(false);
  });
});

describe('people', () => {
  test("the publisher's OffenderID names nobody twice, so it links no reports", () => {
    const items = new Map<number, Set<string>>();
    for (const { item, parties } of papers) {
      for (const { offenderId } of parties)
        if (offenderId !== null) items.set(offenderId, (items.get(offenderId) ?? new Set()).add(item));
    }
    expect(items.size).toBe(2_212);
    expect([...items.values()].filter((set) => set.size > 1)).toEqual([]);
  });

  test('a person of several reports has one sex, one race, one agency, and never two parts under one number', () => {
    const linked = index.persons.filter(({ items }) => items.length > 1);
    expect(linked.length).toBeGreaterThan(100);
    for (const { items } of linked) expect(new Set(items).size).toBe(items.length);
    for (const { parties } of papers) {
      for (const { key, sex, race } of parties) expect(index.personOf.get(key)).toMatchObject({ sex, race });
    }
  });

  test.each([0, 1, 17, 18, 40, 91])('a day of birth for the age of %i gives that age back', (age) => {
    for (let at = 0; at < 500; at += 1) {
      for (const day of ['2022-01-01', '2022-02-28', '2022-11-30']) expect(ageOn(birthOf(age, day, `k${at}`), day)).toBe(age);
    }
  });

  test('names are the same on every run, fit the sex, and are as common as in the census', () => {
    const [one, two] = [readNames(), readNames()];
    expect(one('k', 'FEMALE')).toEqual(two('k', 'FEMALE'));
    const surnames = Array.from({ length: 20_000 }, (_, at) => one(`k${at}`, 'MALE').surname);
    const smiths = surnames.filter((name) => name === 'SMITH').length / surnames.length;
    expect(smiths).toBeGreaterThan(0.012); // 1.006 % of all Americans, so about 1.9 % of those with a listed name.
    expect(smiths).toBeLessThan(0.026);
    const men = new Set(Array.from({ length: 500 }, (_, at) => one(`k${at}`, 'MALE').given));
    expect(men.has('JAMES')).toBe(true);
    expect(men.has('PATRICIA')).toBe(false);
  });
});

describe('vehicles and narratives', () => {
  const vehicles = vehiclesOf(papers, index);

  test('plates have the form of Louisiana, and no VIN has a right check digit', () => {
    const values = '0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ';
    const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    const right = vehicles.filter(({ vin }) => {
      const sum = [...vin].reduce((total, sign, at) => total + (values.indexOf(sign) % 10) * (weights[at] ?? 0), 0);
      return (sum % 11 === 10 ? 'X' : String(sum % 11)) === vin[8];
    });
    expect(vehicles.length).toBeGreaterThan(300);
    expect(vehicles.every(({ plate, vin }) => /^\d{3} [A-Z]{3}$/.test(plate) && /^[A-HJ-NPR-Z0-9]{17}$/.test(vin))).toBe(true);
    expect(right).toEqual([]);
  });

  test('some that were stolen turn up again as a suspect’s, of the same agency', () => {
    const again = vehicles.filter(({ uses }) => uses.length === 2);
    expect(again.length).toBeGreaterThan(10);
    expect(again.every(({ uses }) => uses[0]?.role === 'S' && uses[1]?.role === 'O')).toBe(true);
  });

  test('a narrative says that it is made up and names no person and no plate', () => {
    const text = narrativeOf(papers[0] ?? paper('35'), vehicles[0]);
    expect(text).toMatch(/^\[Synthetic narrative/);
    expect(text).not.toContain(vehicles[0]?.plate);
  });
});

describe('malformed rows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rms-csv-'));
  const file = 'rms_reports_rtcc_2022.csv';
  const [header = '', ...rows] = readFileSync(new URL(file, newOrleans), 'utf8').split('\n').slice(0, 6);
  const broken = [
    rows[0]?.replace('1/1/2022 14:15', '13/45/2022 99:99'),
    rows[1]?.replace('A-02380-22', 'RTCC 31028'),
    rows[2]?.replace(',30.0,', ',thirty,'),
    'only,three,columns',
  ];

  test('are kept out with row and reason, and the rest is loaded', () => {
    writeFileSync(join(folder, file), [header, ...broken, ...rows.slice(3)].join('\n'));
    const read = readPapers(rejects, pathToFileURL(`${folder}/`));
    expect(read.rejected).toEqual({ [file]: 4 });
    expect(read.rows).toBe(rows.slice(3).filter((row) => row !== '').length);
    const lines = readFileSync(join(rejects, `${file}.jsonl`), 'utf8')
      .trim()
      .split('\n');
    const reasons = lines.map((line) => JSON.parse(line) as { row: number; reason: string });
    expect(reasons.map(({ row }) => row)).toEqual([2, 3, 4, 5]);
    expect(reasons[0]?.reason).toContain('Occurred_Date_Time');
    expect(reasons[1]?.reason).toContain('item_number');
    expect(reasons[2]?.reason).toContain('Victim_Age');
  });
});
