/** What happened on a call, in order, told once. */
import { timelineOf } from '../../../subgraphs/cad/timeline.ts';

const at = (minute: number) => new Date(Date.UTC(2022, 1, 21, 0, minute));
const call = { receivedAt: at(0), dispatchedAt: at(2), arrivedAt: at(9), closedAt: at(60) };
const unit = {
  incidentId: 'i',
  unitId: 'u1',
  dispatchedAt: at(2),
  enRouteAt: at(3),
  onSceneAt: at(9),
  clearedAt: at(60),
  derived: true,
};
const told = (entries: ReturnType<typeof timelineOf>) =>
  entries.map(({ event, unitId }) => `${event}${unitId ? ` ${unitId}` : ''}`);

test("the first unit's stamps stand for the call's own", () => {
  expect(told(timelineOf(call, [unit]))).toEqual([
    'RECEIVED',
    'DISPATCHED u1',
    'EN_ROUTE u1',
    'ON_SCENE u1',
    'CLEARED u1',
    'CLOSED',
  ]);
});

test("a call whose units the caller may not know of keeps the call's own stamps", () => {
  expect(told(timelineOf(call, []))).toEqual(['RECEIVED', 'DISPATCHED', 'ON_SCENE', 'CLOSED']);
});

test('an arrival before dispatch stays where the record has it', () => {
  expect(told(timelineOf({ ...call, arrivedAt: at(1) }, []))).toEqual(['RECEIVED', 'ON_SCENE', 'DISPATCHED', 'CLOSED']);
});

test('200 entries at the most', () => {
  const many = Array.from({ length: 60 }, (_, each) => ({ ...unit, unitId: `u${each}` }));
  expect(timelineOf(call, many)).toHaveLength(200);
});
