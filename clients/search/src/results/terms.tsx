/** What a search of the commercial databases costs and is permitted as, from the hub: read before the click, and free. */
import { useQuery } from '@apollo/client/react';
import type { ReactNode } from 'react';
import { gapsOf } from '../../../kit/answer.ts';
import { Gaps } from '../../../kit/notices.tsx';
import { LeadTermsDocument } from '../../generated/graphql.ts';

interface TermsProps {
  /** Shown where a search would be permitted. */
  children: ReactNode;
}

export const Terms = ({ children }: TermsProps): ReactNode => {
  const { data, error, loading } = useQuery(LeadTermsDocument);
  const terms = data?.leadTerms;
  if (loading) return <p className="quiet asking">Reading the terms…</p>;
  if (!terms) {
    const gaps = gapsOf(error);
    if (gaps.length > 0) return <Gaps gaps={gaps.map((gap) => ({ ...gap, path: '' }))} what="Commercial databases" />;
    return <p className="notice withheld">Commercial databases are for the agency that runs this hub.</p>;
  }
  return (
    <>
      <table className="tariffs">
        <caption className="visually-hidden">What a search costs and is permitted as</caption>
        <thead>
          <tr>
            <th scope="col">Database</th>
            <th scope="col">A new search</th>
            <th scope="col">Permissible use</th>
          </tr>
        </thead>
        <tbody>
          {terms.map(({ vendor, priceCents, dppa, glba }) => (
            <tr key={vendor} data-terms={vendor}>
              <th scope="row">{vendor}</th>
              <td>{priceCents === null ? 'at the contract’s price' : dollarsOf(priceCents)}</td>
              <td>
                DPPA 18 USC 2721(b)({dppa}), GLBA code {glba}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet">
        {sumOf(terms.map(({ priceCents }) => priceCents))} What was asked within 15 minutes costs nothing again. Never for
        employment or licensing.
      </p>
      {children}
    </>
  );
};

const dollarsOf = (cents: number): string => `$${(cents / 100).toFixed(2)}`;

const sumOf = (prices: readonly (number | null)[]): string => {
  const known = prices.filter((price) => price !== null);
  return known.length === prices.length ? `Together ${dollarsOf(known.reduce((sum, price) => sum + price, 0))}.` : '';
};
