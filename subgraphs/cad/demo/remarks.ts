/**
 * What dispatchers would have typed. The published calls have no remarks, so
 * these say only what the calls' own stamps and codes say.
 */
import type { DemoCall } from '../../kit/demo/calls.ts';

export const takenRemark = ({ selfInitiated, initialType, initialPriority }: DemoCall): string =>
  `${selfInitiated ? 'OFFICER REPORTS' : 'CALL TAKEN AS'} ${initialType.code} ${initialType.text}, PRIORITY ${initialPriority}`;

export const sentRemark = (callSign: string, backup: boolean): string => `${callSign} SENT${backup ? ' AS BACKUP' : ''}`;

export const closedRemarks = ({ type, initialType, priority, initialPriority, disposition }: DemoCall): string[] => [
  ...(type.code === initialType.code ? [] : [`TYPE CHANGED FROM ${initialType.code} TO ${type.code} ${type.text}`]),
  ...(priority === initialPriority ? [] : [`PRIORITY CHANGED FROM ${initialPriority} TO ${priority}`]),
  `CLOSED ${disposition.code} ${disposition.text.toUpperCase()}`,
];
