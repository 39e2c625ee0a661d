/**
 * Releasing records: who gets them, why, and in which form. First the hub writes
 * it down, with the key of every record; only when it has, a file is made.
 */
import { useMutation } from '@apollo/client/react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { type Gap, gapsOf } from '../../../kit/answer.ts';
import { wordsOf } from '../../../kit/format.ts';
import { Gaps } from '../../../kit/notices.tsx';
import { usePage } from '../../../kit/page.tsx';
import { type DisseminationPurpose, RecordReleaseDocument } from '../../generated/graphql.ts';
import type { Release } from './context.ts';
import { caveatsOf, csvOf, fileNameOf, type Released } from './file.ts';
import { saveFile } from './save.ts';

const purposes: DisseminationPurpose[] = [
  'INVESTIGATION',
  'PROSECUTION',
  'COURT',
  'INTELLIGENCE',
  'PUBLIC_SAFETY',
  'PUBLIC_RECORD',
  'OTHER',
];
/** What one entry of the record takes. */
const mostKeys = 500;

export const ReleaseDialog = ({ release, onClose }: { release: Release | undefined; onClose: () => void }): ReactNode => (
  <ModalOverlay className="overlay" isOpen={release !== undefined} onOpenChange={(open) => !open && onClose()} isDismissable>
    <Modal className="modal wide">
      <Dialog>
        <header className="modal-head">
          <Heading slot="title">Release records</Heading>
          <Button className="button ghost" slot="close">
            Close
          </Button>
        </header>
        {release && <Form release={release} onDone={onClose} />}
      </Dialog>
    </Modal>
  </ModalOverlay>
);

const Form = ({ release, onDone }: { release: Release; onDone: () => void }): ReactNode => {
  const { tray } = usePage();
  const rows = [...new Map(release.rows.map((row) => [row.key, row])).values()];
  const [run, { loading }] = useMutation(RecordReleaseDocument);
  const [gaps, setGaps] = useState<readonly Gap[]>([]);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const submitter = (event.nativeEvent as SubmitEvent).submitter as HTMLButtonElement | null;
    const values = Object.fromEntries(new FormData(event.currentTarget).entries()) as Record<string, string>;
    const { data, error } = await run({
      variables: {
        input: inputOf(
          values,
          rows.map(({ key }) => key),
        ),
      },
    });
    const entry = data?.recordDissemination;
    setGaps(gapsOf(error));
    if (!entry) return;
    const released = releasedOf(values, { ...release, rows }, entry);
    await saveAs(submitter?.value === 'csv' ? 'csv' : 'pdf', released);
    tray.add({
      level: 'good',
      text: `Release ${entry.sequence} is recorded, with ${rows.length} records; the file carries its number.`,
    });
    onDone();
  };
  if (rows.length > mostKeys)
    return (
      <p role="alert">
        A release names {mostKeys} records at the most; these are {rows.length}.
      </p>
    );
  return (
    <form className="release" onSubmit={(event) => void submit(event)}>
      <p>
        <strong>{release.title}</strong>: {rows.length} {rows.length === 1 ? 'record' : 'records'}. The hub writes down who
        released which of them to whom and why, for good; then the file is made here.
      </p>
      <div className="release-fields">
        <Field name="agency" label="Recipient: agency or office" required placeholder="Orleans Parish District Attorney" />
        <Field name="role" label="Who there, by office" placeholder="assistant district attorney" />
        <Field name="ori" label="Its ORI, where it has one" pattern="[A-Za-z0-9]{9}" placeholder="LA036013A" />
        <label>
          <span>Purpose</span>
          <select className="input" name="purpose" defaultValue="PROSECUTION">
            {purposes.map((purpose) => (
              <option key={purpose} value={purpose}>
                {wordsOf(purpose)}
              </option>
            ))}
          </select>
        </label>
        <Field
          name="reason"
          label="Reason, in words that fit this release alone"
          required
          wide
          placeholder="charging decision in the Carondelet Street robbery"
        />
        <Field name="caveats" label="Handling caveats, on every page" required wide defaultValue={caveatsOf(rows)} />
      </div>
      <Gaps gaps={gaps} what="The release" />
      <div className="release-foot">
        <button type="submit" className="button primary" value="pdf" disabled={loading}>
          Record, and save as PDF
        </button>
        <button type="submit" className="button" value="csv" disabled={loading}>
          Record, and save as CSV
        </button>
      </div>
    </form>
  );
};

interface FieldProps extends React.InputHTMLAttributes<HTMLInputElement> {
  label: string;
  wide?: boolean;
}

const Field = ({ label, wide, ...rest }: FieldProps): ReactNode => (
  <label className={wide ? 'wide' : undefined}>
    <span>{label}</span>
    <input className="input" autoComplete="off" maxLength={500} {...rest} />
  </label>
);

const inputOf = (values: Record<string, string>, recordKeys: string[]) => ({
  recipient: { agency: values.agency ?? '', role: values.role?.trim() || null, ori: values.ori?.trim().toUpperCase() || null },
  purpose: values.purpose as DisseminationPurpose,
  reason: values.reason ?? '',
  recordKeys,
  format: 'ELECTRONIC' as const,
  caveats: values.caveats ?? '',
});

const releasedOf = (
  values: Record<string, string>,
  { title, rows }: Release,
  { id, at, caseNumber }: { id: string; at: string; caseNumber: string | null },
): Released => ({
  title,
  rows,
  ...{ id, at, caseNumber },
  recipient: [values.role, values.agency, values.ori].filter(Boolean).join(', '),
  purpose: wordsOf(values.purpose),
  reason: values.reason ?? '',
  caveats: values.caveats ?? '',
});

const saveAs = async (form: 'csv' | 'pdf', released: Released): Promise<void> => {
  if (form === 'csv')
    return saveFile(fileNameOf(released, 'csv'), new Blob(['\ufeff', csvOf(released)], { type: 'text/csv;charset=utf-8' }));
  const { pdfOf } = await import('./pdf.ts');
  saveFile(fileNameOf(released, 'pdf'), pdfOf(released));
};
