/** Why something is missing: withheld, down, refused and failed are told apart, each once. */
import { CombinedGraphQLErrors } from '@apollo/client';
import { gapsAt, gapsOf } from '../../../clients/kit/answer.ts';

const errorsOf = (...errors: { message: string; path: (string | number)[]; extensions: Record<string, unknown> }[]) =>
  new CombinedGraphQLErrors({ data: null, errors });

const withheld = (at: number) => ({
  message: 'The caller may not read this field.',
  path: ['incident', 'reports', at, 'narrative'],
  extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', policy: 'rms:narrative', satisfiedBy: 'a case number' },
});
const down = {
  message: 'The source is not answering.',
  path: ['incident', 'nearestCameras'],
  extensions: { code: 'SOURCE_UNAVAILABLE', source: 'cameras', retryable: true },
};

test('no error is no gap', () => {
  expect(gapsOf(undefined)).toEqual([]);
});

test('what is withheld says by which policy and who may see it, once for a whole list', () => {
  const gaps = gapsOf(errorsOf(withheld(0), withheld(1)));
  expect(gaps).toHaveLength(1);
  expect(gaps[0]).toMatchObject({
    kind: 'withheld',
    path: 'incident.reports.narrative',
    policy: 'rms:narrative',
    satisfiedBy: 'a case number',
  });
});

test('a source that is down is named, and may be asked again', () => {
  expect(gapsOf(errorsOf(down))[0]).toMatchObject({ kind: 'down', source: 'cameras', retryable: true });
});

test('a gap is found at its place and below it, and nowhere else', () => {
  const gaps = gapsOf(errorsOf(withheld(0), down));
  expect(gapsAt(gaps, 'incident.reports').map(({ kind }) => kind)).toEqual(['withheld']);
  expect(gapsAt(gaps, 'incident.report')).toEqual([]);
});

test('no connection is a failure, not an empty answer', () => {
  expect(gapsOf(new TypeError('Failed to fetch'))).toMatchObject([{ kind: 'failed', path: '', retryable: true }]);
});
