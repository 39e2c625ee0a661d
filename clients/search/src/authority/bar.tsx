/** Purpose, case and reason: stated first, checked as typed, in sight for as long as anything is shown under them. */
import { useApolloClient, useSubscription } from '@apollo/client/react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { type Authority, purposes } from '../../../kit/authority.ts';
import { usePage } from '../../../kit/page.tsx';
import { useStore } from '../../../kit/store.ts';
import { BoardChangesDocument } from '../../generated/graphql.ts';
import { type Answer, askStanding, type Standing } from './standing.ts';

interface BarProps {
  answer: Answer | undefined;
  onAnswer: (answer: Answer) => void;
}

const offered = ['C', 'D', 'F', 'J', 'DISPATCH', 'AUDIT', 'DEMONSTRATION'] as const;
/** Between two keys of somebody who types a case number. */
const pauseMs = 350;

export const AuthorityBar = ({ answer, onAnswer }: BarProps): ReactNode => {
  const { authority } = usePage();
  const stated = useStore(authority);
  const [caseNumber, setCase] = useState(stated.caseNumber ?? '');
  const [reason, setReason] = useState(stated.reason ?? '');
  const standing = useStanding({ ...stated, caseNumber }, onAnswer);
  const change = (part: Authority): void => authority.set({ ...authority.get(), ...part });
  const assigned = (answer?.who?.assignments ?? []).filter((own) => lettersOf(own) !== lettersOf(caseNumber));
  return (
    <form
      className="authority"
      aria-label="Purpose and case"
      data-standing={standing.kind}
      onSubmit={(event) => {
        event.preventDefault();
        change({ reason });
      }}
    >
      <label>
        <span>Purpose</span>
        <select
          className="input"
          name="purpose"
          required
          value={stated.purpose ?? ''}
          onChange={({ target }) => target.value && change({ purpose: target.value as NonNullable<Authority['purpose']> })}
        >
          <option value="" disabled>
            Choose…
          </option>
          {offered.map((purpose) => (
            <option key={purpose} value={purpose}>
              {purposes[purpose]}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Case</span>
        <input
          className="input case"
          name="case"
          autoComplete="off"
          spellCheck={false}
          placeholder="B-24020-22"
          value={caseNumber}
          aria-describedby="case-standing"
          aria-invalid={standing.kind === 'refused'}
          onChange={({ target }) => setCase(target.value)}
        />
      </label>
      <span id="case-standing" className={`standing ${standing.kind}`} role="status">
        {wordsOf(standing)}
        {standing.kind !== 'holds' &&
          assigned.map((own) => (
            <button key={own} type="button" className="button small" onClick={() => setCase(spelled(own))}>
              Use {spelled(own)}
            </button>
          ))}
      </span>
      <label className="reason">
        <span>Reason</span>
        <input
          className="input"
          name="reason"
          autoComplete="off"
          maxLength={500}
          placeholder="what this search is for, in words that fit it alone"
          value={reason}
          onChange={({ target }) => setReason(target.value)}
          onBlur={() => change({ reason })}
        />
      </label>
    </form>
  );
};

/** Asks the hub again whenever what is stated changes, and when the case's stream ends; the page states a case once it is checked. */
const useStanding = ({ purpose, caseNumber = '', reason }: Authority, onAnswer: (answer: Answer) => void): Standing => {
  const client = useApolloClient();
  const { authority } = usePage();
  const [standing, setStanding] = useState<Standing>({ kind: 'none' });
  const [ended, setEnded] = useState(0);
  // The stream of the case's board ends with the right to the case, be it that it is closed or that its reader is barred from it.
  useSubscription(BoardChangesDocument, {
    skip: standing.kind !== 'holds',
    ignoreResults: true,
    onComplete: () => setEnded((times) => times + 1),
  });
  const latest = useRef(onAnswer);
  latest.current = onAnswer;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again for each stream that has ended
  useEffect(() => {
    const over = new AbortController();
    const wanted = caseNumber.trim();
    if (wanted) setStanding({ kind: 'asking' });
    const ask = async (): Promise<void> => {
      const asked: Authority = { caseNumber: wanted, ...(purpose && { purpose }), ...(reason && { reason }) };
      const answer = await askStanding(client, asked, over.signal).catch((): Answer => unanswered);
      if (over.signal.aborted) return;
      setStanding(answer.standing);
      authority.set({ ...authority.get(), caseNumber: wanted });
      latest.current(answer);
    };
    const timer = setTimeout(() => void ask(), wanted ? pauseMs : 0);
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [client, authority, purpose, caseNumber, reason, ended]);
  return standing;
};

const unanswered: Answer = { standing: { kind: 'unknown', because: 'The hub cannot be reached.' }, who: undefined };

const wordsOf = (standing: Standing): string => {
  if (standing.kind === 'none') return 'No case: what takes one is withheld.';
  if (standing.kind === 'asking') return 'Checking…';
  if (standing.kind === 'holds') return '✓ open, and yours';
  if (standing.kind === 'unknown') return `Not checked: ${standing.because}`;
  return `✕ does not count. ${standing.because}`;
};

const lettersOf = (text: string): string => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');

/** Tokens state cases without hyphens; people know them with. */
const spelled = (text: string): string => lettersOf(text).replace(/^([A-Z])(\d{5})(\d{2})$/, '$1-$2-$3');
