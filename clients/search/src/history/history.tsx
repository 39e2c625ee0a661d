/** Who has looked at a record, for those who check it; for others, who may. */
import { useQuery } from '@apollo/client/react';
import type { ReactNode } from 'react';
import { Button, Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { gapsOf } from '../../../kit/answer.ts';
import { dayTimeOf } from '../../../kit/format.ts';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import { WhoLookedDocument, type WhoLookedQuery } from '../../generated/graphql.ts';

export const History = ({ record }: { record: string }): ReactNode => (
  <DialogTrigger>
    <Button className="button small" data-looked="">
      Who has looked
    </Button>
    <ModalOverlay className="overlay" isDismissable>
      <Modal className="modal wide">
        <Dialog>
          <header className="modal-head">
            <Heading slot="title">Who has looked at this record</Heading>
            <Button className="button ghost" slot="close">
              Close
            </Button>
          </header>
          <Looks record={record} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  </DialogTrigger>
);

/** @param record as the audit names it: `Report:…` */
export const Looks = ({ record }: { record: string }): ReactNode => {
  const { data, error, loading } = useQuery(WhoLookedDocument, { variables: { record, first: 50 } });
  const history = data?.disclosureHistory;
  const gaps = gapsOf(error);
  return (
    <div data-history={history?.nodes.length ?? (loading ? 'asking' : 'none')}>
      {loading && <p className="quiet asking">Reading the audit record…</p>}
      <Gaps gaps={gaps} what="Who has looked" />
      {history?.nodes.length === 0 && <NothingFound>Nobody has been shown this record.</NothingFound>}
      {!loading && !history && gaps.length === 0 && (
        <p className="notice withheld">Who has looked is for your own agency’s auditors.</p>
      )}
      {history && history.nodes.length > 0 && <Table nodes={history.nodes} more={history.pageInfo.hasNextPage} />}
    </div>
  );
};

type Looked = NonNullable<WhoLookedQuery['disclosureHistory']>['nodes'];

const Table = ({ nodes, more }: { nodes: Looked; more: boolean }): ReactNode => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
  <section className="looks" tabIndex={0} aria-label="Disclosures, latest first">
    <table>
      <thead>
        <tr>
          {['When', 'Who', 'Purpose', 'Case', 'Reason', 'What was shown'].map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {nodes.map(({ id, at, subject, ori, purpose, caseNumber, reason, fields, streamed }) => (
          <tr key={id}>
            <td>{dayTimeOf(at)}</td>
            <td>
              {subject} <span className="quiet">{ori}</span>
            </td>
            <td>{purpose ?? '—'}</td>
            <td>{caseNumber ?? '—'}</td>
            <td>{reason ?? '—'}</td>
            <td>
              {fields.map((field) => field.split('.')[1]).join(', ')}
              {streamed && <span className="chip">by a stream</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
    {more && <p className="quiet">Older ones are in the audit itself.</p>}
  </section>
);
