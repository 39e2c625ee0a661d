/** Reports under the call's number. Persons and narratives are asked for one report at a time, when somebody opens it. */
import { useLazyQuery } from '@apollo/client/react';
import type { ReactNode } from 'react';
import { type Gap, gapsOf } from '../../../kit/answer.ts';
import { dayTimeOf, wordsOf } from '../../../kit/format.ts';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import { ReportInsideDocument } from '../../generated/graphql.ts';
import type { Whole } from './dock.tsx';
import { Section } from './section.tsx';

type Report = NonNullable<Whole['reports']>[number];

export const Reports = ({ reports, gaps }: { reports: Whole['reports']; gaps: readonly Gap[] }): ReactNode => (
  <Section title="Reports" count={reports?.length}>
    <Gaps gaps={gaps} what="Reports" />
    {reports?.map((report) => (
      <ReportLine key={report.id} report={report} />
    ))}
    {reports?.length === 0 && gaps.length === 0 && <NothingFound>No report is filed under this number yet.</NothingFound>}
  </Section>
);

const ReportLine = ({ report }: { report: Report }): ReactNode => {
  const [read, { data, error, loading, called }] = useLazyQuery(ReportInsideDocument);
  const inside = data?.report;
  return (
    <details
      className="report"
      data-report={report.id}
      onToggle={({ currentTarget }) => currentTarget.open && !called && void read({ variables: { id: report.id } })}
    >
      <summary>
        <span className="mono">{report.number}</span> {report.signal?.text ?? report.kinds?.join(', ')}{' '}
        <span className="quiet">{dayTimeOf(report.occurredAt)}</span>
      </summary>
      <ul className="offenses">
        {report.offenses?.map(({ code }) => (
          <li key={code.code}>
            <span className="mono">{code.code}</span> {code.text}
          </li>
        ))}
      </ul>
      {loading && <p className="quiet">Asking…</p>}
      {inside?.involved?.map(({ role, ageAtOccurrence, person }) => (
        <p key={`${person.id} ${role}`}>
          {wordsOf(role)}: <strong>{person.fullName ?? 'name withheld'}</strong>
          {person.dateOfBirth && `, born ${person.dateOfBirth}`}
          {ageAtOccurrence !== null && `, ${ageAtOccurrence} years then`}
        </p>
      ))}
      {inside?.narrative && <p className="narrative">{inside.narrative}</p>}
      {called && !loading && <Gaps gaps={gapsOf(error)} what="The report" />}
    </details>
  );
};
