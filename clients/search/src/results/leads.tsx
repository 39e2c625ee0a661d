/**
 * Commercial databases: regulated and charged, so nothing is asked before
 * somebody has read what it costs and what it is permitted for, and clicked.
 */
import { useLazyQuery } from '@apollo/client/react';
import { type ReactNode, useState } from 'react';
import { gapsOf } from '../../../kit/answer.ts';
import { purposes } from '../../../kit/authority.ts';
import { wordsOf } from '../../../kit/format.ts';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import { usePage } from '../../../kit/page.tsx';
import { useStore } from '../../../kit/store.ts';
import { FindLeadsDocument, type MergedFragment, type OutcomeFragment, PersonLeadsDocument } from '../../generated/graphql.ts';
import type { LeadQuestion } from '../plan.ts';
import { Terms } from './terms.tsx';

/** For a question of the caller's own. */
export const Leads = ({ search }: { search: LeadQuestion }): ReactNode => {
  const [ask, { data, error, loading, called }] = useLazyQuery(FindLeadsDocument);
  const found = data?.searchLeads;
  return (
    <LeadsFrame
      about={Object.values(search).join(', ')}
      asked={called}
      loading={loading}
      onAsk={() => void ask({ variables: { search } })}
    >
      <Gaps gaps={gapsOf(error)} what="Commercial leads" />
      {found && <Merged merged={found.merged ?? null} vendors={found.vendors} />}
    </LeadsFrame>
  );
};

/** For a person on record. */
export const PersonLeads = ({ id, about }: { id: string; about: string }): ReactNode => {
  const [ask, { data, error, loading, called }] = useLazyQuery(PersonLeadsDocument);
  const merged = data?.person?.mergedLead;
  const gaps = gapsOf(error);
  return (
    <LeadsFrame about={about} asked={called} loading={loading} onAsk={() => void ask({ variables: { id } })}>
      <Gaps gaps={gaps} what="Commercial leads" />
      {data && gaps.length === 0 && <Merged merged={merged ?? null} vendors={merged?.vendors ?? []} />}
    </LeadsFrame>
  );
};

interface FrameProps {
  about: string;
  asked: boolean;
  loading: boolean;
  onAsk: () => void;
  children: ReactNode;
}

const LeadsFrame = ({ about, asked, loading, onAsk, children }: FrameProps): ReactNode => {
  const { authority } = usePage();
  const { purpose, caseNumber } = useStore(authority);
  const [offered, setOffered] = useState(false);
  return (
    <section className="section leads" aria-label="Commercial databases" data-section="Commercial leads" data-asked={asked}>
      <header className="section-head">
        <h2>Commercial databases</h2>
        <span className="quiet">{asked ? (loading ? 'asking…' : 'asked') : 'not asked'}</span>
        {!asked && !offered && (
          <button type="button" className="button small" onClick={() => setOffered(true)}>
            Cost and terms…
          </button>
        )}
      </header>
      {!asked && offered && (
        <div className="leads-offer">
          <Terms>
            <p>
              You would ask for <strong>{about}</strong>, for {purpose ? purposes[purpose] : 'no purpose'}
              {caseNumber ? `, case ${caseNumber}` : ', without a case'}. The search is written down with your name.
            </p>
            <button type="button" className="button primary" onClick={onAsk}>
              Ask and pay
            </button>
          </Terms>
        </div>
      )}
      {children}
    </section>
  );
};

const parts = [
  ['Names', 'names'],
  ['Dates of birth', 'datesOfBirth'],
  ['Addresses', 'addresses'],
  ['Phones', 'phones'],
  ['Email', 'emails'],
] as const;

const Merged = ({ merged, vendors }: { merged: MergedFragment | null; vendors: readonly OutcomeFragment[] }): ReactNode => (
  <div className="merged">
    <p className="quiet">A lead, not evidence: verify it independently.</p>
    <ul className="vendors">
      {vendors.map(({ vendor, state, chargedCents, records }) => (
        <li key={vendor} data-vendor={vendor} data-vendor-state={state}>
          <strong>{vendor}</strong>: {wordsOf(state).toLowerCase()}, {records} {records === 1 ? 'record' : 'records'},{' '}
          {chargedCents === 0 ? 'nothing charged' : `charged $${(chargedCents / 100).toFixed(2)}`}
        </li>
      ))}
    </ul>
    {!merged && <NothingFound>The commercial databases hold nothing that fits.</NothingFound>}
    {merged && (
      <dl className="facts">
        {parts.map(([title, name]) => (
          <div key={name} className="fact">
            <dt>{title}</dt>
            <dd>
              {merged[name].length === 0 && <span className="quiet">none stated</span>}
              {merged[name].map(({ value, vendors: stating }) => (
                <span key={value} className="attributed">
                  {value} <span className="quiet">({stating.join(', ')})</span>
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    )}
    {merged?.contradictions.map(({ field, values }) => (
      <p key={field} className="contradiction">
        <strong>They contradict each other in {wordsOf(field).toLowerCase()}:</strong>{' '}
        {values.map(({ value, vendors: stating }) => `${value} (${stating.join(', ')})`).join(' — ')}
      </p>
    ))}
  </div>
);
