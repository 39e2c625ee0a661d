import { purposes } from '../../../schema/principal.ts';
import { permissibleUses, permissionOf } from '../../../subgraphs/people-search/purposes.ts';
import { detective } from './stand.ts';

const codeOf = (changes: object): unknown => {
  try {
    permissionOf({ ...detective, ...changes });
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

test('criminal justice and domestic-violence court permit a search, in codes that vendors take', () => {
  expect(permissionOf(detective)).toEqual({ dppa: 1, glb: 1, purpose: 'C', caseNumber: 'B2402022' });
  expect(permissionOf({ ...detective, purpose: 'D', caseNumber: 'b 24020 22' })).toEqual({
    dppa: 1,
    glb: 1,
    purpose: 'D',
    caseNumber: 'B2402022',
  });
});

test.each(['F', 'J', 'DISPATCH', 'AUDIT', 'DEMONSTRATION'] as const)(
  'purpose %s permits no search, and the caller is told what would',
  (purpose) => {
    expect(codeOf({ purpose })).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
    expect(() => permissionOf({ ...detective, purpose })).toThrow(
      expect.objectContaining({
        extensions: expect.objectContaining({ policy: 'people:leads', satisfiedBy: expect.stringContaining('purpose C or D') }),
      }),
    );
  },
);

test('employment is refused for the Fair Credit Reporting Act', () => {
  expect(permissibleUses.J).toMatch(/Fair Credit Reporting Act/);
});

test('there is no default: no purpose, no case number, no grant, no search', () => {
  expect(codeOf({ purpose: undefined })).toBe('PURPOSE_REQUIRED');
  expect(codeOf({ caseNumber: undefined })).toBe('CASE_NUMBER_REQUIRED');
  expect(codeOf({ caseNumber: ' -- ' })).toBe('CASE_NUMBER_REQUIRED');
  expect(codeOf({ grants: ['rms:persons'] })).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
});

test('every purpose that the hub knows has a line in the table', () => {
  expect(Object.keys(permissibleUses).sort()).toEqual([...purposes].sort());
});
