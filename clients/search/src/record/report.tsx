/** A report: what it says happened, who was what in it, and the account of whoever wrote it. */
import { useQuery } from '@apollo/client/react';
import type { ReactNode } from 'react';
import { gapsAt, gapsOf } from '../../../kit/answer.ts';
import { wordsOf } from '../../../kit/format.ts';
import { Gaps } from '../../../kit/notices.tsx';
import { ReportWholeDocument } from '../../generated/graphql.ts';
import { History } from '../history/history.tsx';
import { rowOfIncident, rowOfPerson, rowOfPlace, rowOfReport, rowOfVehicle } from '../rows.ts';
import { Head, Missing, Part, restOf } from './frame.tsx';

export const ReportPage = ({ id }: { id: string }): ReactNode => {
  const { data, error, loading, refetch } = useQuery(ReportWholeDocument, { variables: { id } });
  const report = data?.report;
  const gaps = gapsOf(error);
  if (!report) {
    return (
      <>
        <Missing loading={loading} gaps={gaps} what="The report" onRetry={() => void refetch()} />
        {!loading && <History record={`Report:${id}`} />}
      </>
    );
  }
  const involved = report.involved?.map(({ role, ageAtOccurrence, fatallyInjured, person }) =>
    rowOfPerson(person, [
      wordsOf(role).toLowerCase(),
      ...(ageAtOccurrence !== null ? [`${ageAtOccurrence} years then`] : []),
      ...(fatallyInjured ? ['fatally injured'] : []),
    ]),
  );
  const vehicles = report.vehicles?.map((vehicle) => rowOfVehicle(vehicle));
  const narrativeGaps = gapsAt(gaps, 'report.narrative').filter(({ path }) => path !== '');
  return (
    <>
      <Head row={rowOfReport(report)} rows={[...(involved ?? []), ...(vehicles ?? [])]} agency={report.agency} />
      <Gaps
        gaps={restOf(gaps, ['report.involved', 'report.vehicles', 'report.narrative', 'report.incident', 'report.arrests'])}
        what="This report"
      />
      <ul className="offenses">
        {report.offenses?.map(({ code }) => (
          <li key={code.code}>
            <span className="mono">{code.code}</span> {code.text}
            {code.nibrs && (
              <span className="quiet">
                {' '}
                NIBRS {code.nibrs} {code.nibrsText}
              </span>
            )}
          </li>
        ))}
        {report.hateCrime && <li className="chip">hate crime</li>}
      </ul>
      <Part title="Persons and roles" rows={involved} nothing="The report names nobody." gaps={gaps} at="report.involved" />
      <section className="part" aria-label="Narrative" data-part="Narrative">
        <h3>Narrative</h3>
        <Gaps gaps={narrativeGaps} what="The narrative" />
        {report.narrative && <p className="narrative">{report.narrative}</p>}
        {report.narrative === null && narrativeGaps.length === 0 && (
          <p className="quiet">Not shown: there is none, or none for your agency.</p>
        )}
      </section>
      <Part title="Vehicles" rows={vehicles} nothing="The report mentions no vehicle." gaps={gaps} at="report.vehicles" />
      <Part
        title="Call"
        rows={report.incident ? [rowOfIncident(report.incident)] : []}
        nothing="Dispatch knows no call under this number."
        gaps={gaps}
        at="report.incident"
      />
      <Part
        title="Address"
        rows={report.place ? [rowOfPlace(report.place)] : []}
        nothing="No address is on record."
        gaps={gaps}
        at="report.place"
      />
    </>
  );
};
