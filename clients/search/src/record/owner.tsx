/** Whose vehicle it is: a name, withheld or not, that leads to the person. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { nameOf } from '../rows.ts';

export const OwnerLine = ({ owner }: { owner: { id: string; fullName: string | null } | null }): ReactNode => (
  <p>
    Owner:{' '}
    {owner ? (
      <Link href={`/person/${encodeURIComponent(owner.id)}`}>{nameOf(owner)}</Link>
    ) : (
      <span className="quiet">not on record</span>
    )}
  </p>
);
