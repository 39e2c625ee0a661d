/** Made-up warrants: a deterministic few of the suspects who were charged and not arrested have one. */
import { hashOf } from '../../kit/demo/ownership.ts';
import type { Charge, Paper } from './papers.ts';
import type { Index } from './people.ts';

export interface Warrant {
  number: string;
  item: string;
  personSeq: number;
  issuedAt: Date;
  /** A active, S served, R recalled. */
  status: 'A' | 'S' | 'R';
  charge: Charge;
}

const oneIn = 8;
const hourMs = 3_600_000;
const statuses = ['A', 'A', 'A', 'S', 'S', 'R'] as const;

export const warrantsOf = (papers: Paper[], { personOf }: Index): Warrant[] =>
  papers.flatMap((paper) =>
    paper.parties.flatMap(({ key, type, arrested }) => {
      const charge = paper.charges.find((_, at) => paper.charged[at]?.has(key));
      const person = personOf.get(key);
      if (type !== undefined || arrested || !charge || !person || hashOf(`warrant:${key}`) % oneIn !== 0) return [];
      return {
        number: `W-22-${String(hashOf(`warrant-number:${key}`) % 1_000_000).padStart(6, '0')}`,
        item: paper.item,
        personSeq: person.seq,
        issuedAt: new Date(paper.occurredAt.getTime() + (24 + (hashOf(`issued:${key}`) % 400)) * hourMs),
        status: statuses[hashOf(`warrant-status:${key}`) % statuses.length] ?? 'A',
        charge,
      };
    }),
  );
