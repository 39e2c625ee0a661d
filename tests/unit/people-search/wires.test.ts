/** The two wires, document by document: what is asked, and what is believed of an answer. */

import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { pageOf } from '../../../subgraphs/people-search/peoplelink.ts';
import { answerOf, requestOf } from '../../../subgraphs/people-search/recordtrace.ts';
import type { Terms } from '../../../subgraphs/people-search/vendor.ts';
import type { Reply } from '../../../subgraphs/people-search/wire.ts';

const terms: Terms = { referenceCode: 'RTCC-1', dppa: 1, glb: 1, ssnMask: 'LAST4' };
const reply = (text: string, status = 200): Reply => ({ status, headers: {}, text });
const codeOf = (run: () => unknown): unknown => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

const xml = (record: string, { status = '0', code = 'RTCC-1', charge = '0.45' } = {}) =>
  `<?xml version="1.0"?><PersonSearchResponse><Header><Status>${status}</Status><ReferenceCode>${code}</ReferenceCode>` +
  `<Charge>${charge}</Charge></Header><Records>${record}</Records></PersonSearchResponse>`;
const json = (record: object | undefined, changes: object = {}) =>
  JSON.stringify({ referenceCode: 'RTCC-1', chargeCents: 60, records: record ? [record] : [], nextCursor: null, ...changes });

describe('RecordTrace', () => {
  test('a request states purposes, reference code and masks, and quotes what was asked', () => {
    const text = requestOf({ name: `O'Neil <&> "Jo"`, dateOfBirth: '1980-01-02', phone: '+15045550123' }, { ...terms, glb: 11 });
    const parsed = new XMLParser({ parseTagValue: false }).parse(text).PersonSearchRequest;
    expect(parsed.User).toEqual({
      ReferenceCode: 'RTCC-1',
      DPPAPurpose: '1',
      GLBPurpose: '11',
      SSNMask: 'LAST4',
      DOBMask: 'NONE',
      IncludeMinors: '0',
    });
    expect(parsed.SearchBy).toMatchObject({
      Name: { Full: `O'Neil <&> "Jo"` },
      DOB: { Year: '1980', Month: '01', Day: '02' },
      Phone10: '5045550123',
    });
  });

  test('entities that XML defines are read, and no others', () => {
    const names = '<Names><Name><First>Jo &amp; Al</First><Last>O&#39;&#x4E;eil &custom;</Last></Name></Names>';
    const { records } = answerOf(reply(xml(`<Record id="1">${names}</Record>`)), terms);
    expect(records[0]?.names).toEqual([`Jo & Al O'Neil &custom;`]);
  });

  test('a number that the vendor forgot to mask is masked here', () => {
    const text = xml('<Record id="1"><SSN>000-12-3456</SSN></Record>');
    expect(answerOf(reply(text), terms).records[0]).toMatchObject({ ssnLast4: '3456', ssn: undefined });
    expect(answerOf(reply(text), { ...terms, ssnMask: 'NONE' }).records[0]?.ssn).toBe('000-12-3456');
  });

  test('the charge is in dollars, and becomes cents', () => {
    expect(answerOf(reply(xml('', { charge: '12.34' })), terms)).toEqual({ records: [], chargedCents: 1234 });
  });

  test.each([
    ['an answer to another search', xml('', { code: 'RTCC-2' }), 'SOURCE_INVALID'],
    ['a refusal inside the answer', xml('', { status: '301' }), 'SOURCE_REFUSED'],
    ['a document type', xml('').replace('?>', '?><!DOCTYPE x [<!ENTITY a "b">]>'), 'SOURCE_INVALID'],
    ['a date that no calendar has', xml('<Record id="1"><DOB>1980-02-30</DOB></Record>'), 'SOURCE_INVALID'],
    ['a record without an id', xml('<Record><DOB>1980-02-03</DOB></Record>'), 'SOURCE_INVALID'],
    ['a number that is none', xml('<Record id="1"><SSN>12</SSN></Record>'), 'SOURCE_INVALID'],
    ['nothing', '', 'SOURCE_INVALID'],
    ['HTML', '<!doctype html><p>Sorry', 'SOURCE_INVALID'],
    ['tags a thousand deep', '<a>'.repeat(1000) + '</a>'.repeat(1000), 'SOURCE_INVALID'],
    ['too many records', xml('<Record id="1"></Record>'.repeat(51)), 'SOURCE_INVALID'],
    ['a prototype for a tag', xml('<Record id="1"><hasOwnProperty>1</hasOwnProperty></Record>'), undefined],
  ])('%s gives %s', (_, text, code) => {
    expect(codeOf(() => answerOf(reply(text), terms))).toBe(code);
  });

  test('whatever arrives, only coded errors leave, without a word of the answer', () => {
    const pieces = fc.array(
      fc.constantFrom(
        '<Record id="1">',
        '</Record>',
        '<SSN>',
        'Secretname',
        '&#0;',
        ']]>',
        '<![CDATA[',
        '<__proto__>',
        '<!--',
        '\u0000',
      ),
    );
    fc.assert(
      fc.property(pieces, fc.string(), (tags, noise) => {
        try {
          answerOf(reply(xml(tags.join('') + noise)), terms);
        } catch (error) {
          expect((error as { code?: string }).code).toBe('SOURCE_INVALID');
          expect(JSON.stringify(error) + (error as { reason?: string }).reason).not.toContain('Secretname');
        }
      }),
    );
  });
});

describe('PeopleLink', () => {
  test.each([
    ['an answer to another search', json(undefined, { referenceCode: 'RTCC-2' }), 'SOURCE_INVALID'],
    ['a charge that is no whole number', json(undefined, { chargeCents: '60' }), 'SOURCE_INVALID'],
    ['a negative charge', json(undefined, { chargeCents: -1 }), 'SOURCE_INVALID'],
    ['records that are no list', json(undefined, { records: { 0: {} } }), 'SOURCE_INVALID'],
    ['a record without an id', json({ names: ['Jo'] }), 'SOURCE_INVALID'],
    ['a date that no calendar has', json({ recordId: '1', birthDate: '1980-02-30' }), 'SOURCE_INVALID'],
    ['null', 'null', 'SOURCE_INVALID'],
    ['nothing', '', 'SOURCE_INVALID'],
    ['lists nested half a million deep', '['.repeat(500_000), 'SOURCE_INVALID'],
    ['a record with no more than its id', json({ recordId: '1' }), undefined],
  ])('%s gives %s', (_, text, code) => {
    expect(codeOf(() => pageOf(reply(text), terms))).toBe(code);
  });

  test.each([
    [429, 'VENDOR_RATE_LIMITED'],
    [500, 'SOURCE_UNAVAILABLE'],
    [503, 'SOURCE_UNAVAILABLE'],
    [403, 'SOURCE_REFUSED'],
    [302, 'SOURCE_INVALID'],
    [204, 'SOURCE_INVALID'],
  ])('status %d gives %s', (status, code) => {
    expect(codeOf(() => pageOf(reply(json(undefined), status), terms))).toBe(code);
  });
});
