/**
 * What a page says where data could have been. Nothing found, nothing allowed
 * and a source that is down look and read differently, always with the reason.
 */
import type { ReactNode } from 'react';
import type { Gap } from './answer.ts';
import { wordsOf } from './format.ts';

export const NothingFound = ({ children }: { children: ReactNode }): ReactNode => (
  <p className="notice nothing" data-notice="nothing">
    <span className="notice-mark" aria-hidden="true">
      ∅
    </span>
    <span>{children}</span>
  </p>
);

/** @param what `Reports`, `The caller’s phone number` */
export const Withheld = ({ gap, what }: { gap: Gap; what: string }): ReactNode => (
  <div className="notice withheld" data-notice="withheld">
    <span className="notice-mark" aria-hidden="true">
      ⊘
    </span>
    <div>
      <strong>{what}: withheld.</strong> {gap.satisfiedBy ? `Who may see it: ${gap.satisfiedBy}` : gap.message}
      {gap.policy && <span className="notice-code"> {gap.policy}</span>}
    </div>
  </div>
);

export const SourceDown = ({ gap, what }: { gap: Gap; what: string }): ReactNode => (
  <div className="notice down" data-notice="down">
    <span className="notice-mark" aria-hidden="true">
      ⚠
    </span>
    <div>
      <strong>
        {what}: {gap.source ? `${gap.source} is not answering.` : 'not available now.'}
      </strong>{' '}
      {gap.message} {gap.retryable && 'It is asked again when you come back to it.'}
    </div>
  </div>
);

export const Failed = ({ gap, onRetry }: { gap: Gap; onRetry?: () => void }): ReactNode => (
  <div className="notice failed" role="alert" data-notice="failed">
    <span className="notice-mark" aria-hidden="true">
      ✕
    </span>
    <div>
      <strong>{gap.message}</strong>{' '}
      {onRetry && (
        <button type="button" className="button link" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  </div>
);

/** Each gap once, in its own words. */
export const Gaps = ({ gaps, what, onRetry }: { gaps: readonly Gap[]; what: string; onRetry?: () => void }): ReactNode => (
  <>
    {gaps.map((gap) => {
      const key = `${gap.code} ${gap.path} ${gap.policy ?? ''} ${gap.source ?? ''}`;
      const named = gap.path ? titleOf(gap.path) : what;
      if (gap.kind === 'withheld') return <Withheld key={key} gap={gap} what={named} />;
      if (gap.kind === 'down') return <SourceDown key={key} gap={gap} what={named} />;
      return <Failed key={key} gap={gap} {...(onRetry && { onRetry })} />;
    })}
  </>
);

/** `incident.reports.narrative` → `Reports · narrative` */
const titleOf = (path: string): string => {
  const parts = path.split('.').filter((part) => !['nodes', 'edges', 'node', 'incident', 'involved'].includes(part));
  const words = parts.map((part) => part.replaceAll(/([A-Z])/g, ' $1').toLowerCase());
  return wordsOf(words.slice(-2).join(' · ')) || 'This';
};
