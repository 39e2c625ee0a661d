/** Figures as a file: what a spreadsheet makes of it. */
import { csvOf } from '../../../clients/dashboard/src/figures/csv.ts';

test('quotes what would end a cell', () => {
  expect(csvOf(['Type', 'Calls'], [['THEFT, "other"', 3]])).toBe('Type,Calls\r\n"THEFT, ""other""",3');
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'])('a cell that a spreadsheet would run stays text: %j', (cell) => {
  expect(csvOf(['Type'], [[cell]]).split('\r\n')[1]).toMatch(/^"?'/);
});

test('numbers stay numbers, also below zero, and nothing stays empty', () => {
  expect(csvOf(['A', 'B'], [[-4, null]])).toBe('A,B\r\n-4,');
});
