/** Records that may be the same person, side by side: what speaks for it, and what speaks against. A person decides. */
import { useQuery } from '@apollo/client/react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { gapsOf } from '../../../kit/answer.ts';
import { wordsOf } from '../../../kit/format.ts';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import { PersonMayBeDocument, type PersonMayBeQuery } from '../../generated/graphql.ts';
import { useDesk } from '../desk.ts';
import { nameOf, rowOfPerson } from '../rows.ts';

type Whole = NonNullable<PersonMayBeQuery['person']>;
type Candidate = NonNullable<Whole['mayBe']>[number];

export const MayBe = ({ id }: { id: string }): ReactNode => {
  const { data, error, loading } = useQuery(PersonMayBeDocument, { variables: { id } });
  const gaps = gapsOf(error);
  const person = data?.person;
  if (loading) return <p className="quiet asking">Comparing…</p>;
  return (
    <section data-part="May be the same" aria-label="Records that may be the same person">
      <Gaps gaps={gaps} what="Records that may be the same" />
      {person?.mayBe === null && gaps.length === 0 && (
        <p className="notice withheld">Nobody is compared while the name is withheld: a likeness would tell it.</p>
      )}
      {person?.mayBe?.length === 0 && <NothingFound>No other record is alike enough to be named.</NothingFound>}
      {person?.mayBe && person.mayBe.length > 0 && <SideBySide person={person} candidates={person.mayBe} />}
    </section>
  );
};

const SideBySide = ({ person, candidates }: { person: Whole; candidates: readonly Candidate[] }): ReactNode => {
  const desk = useDesk();
  const all = [{ person }, ...candidates];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keys
    <section className="side-by-side" tabIndex={0} aria-label="Side by side">
      <table>
        <caption className="visually-hidden">This record and those that may be the same person</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">This record</th>
            {candidates.map(({ person: other, score }) => (
              <th key={other.id} scope="col">
                <Link href={desk.pathOf(rowOfPerson(other))}>{nameOf(other)}</Link>{' '}
                <span className="chip">{Math.round(score * 100)} %</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Words title="Speaks for it" sign="+" of={({ reasons }) => reasons} candidates={candidates} />
          <Words title="Speaks against it" sign="−" of={({ contradictions }) => contradictions} candidates={candidates} />
          {facts.map(([title, read]) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              {all.map(({ person: each }, at) => (
                <td key={each.id} data-differs={(at > 0 && title !== 'Source' && differs(read(person), read(each))) || undefined}>
                  {read(each) || '—'}
                </td>
              ))}
            </tr>
          ))}
          <tr>
            <th scope="row">Reports</th>
            <td className="quiet">see “On record”</td>
            {candidates.map(({ person: { id, reports } }) => (
              <td key={id}>
                {reports.edges.map(({ role, node }) => `${node.number} (${wordsOf(role).toLowerCase()})`).join(', ') || '—'}
                {reports.pageInfo.hasNextPage && ' and more'}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </section>
  );
};

interface WordsProps {
  title: string;
  sign: string;
  of: (candidate: Candidate) => readonly string[];
  candidates: readonly Candidate[];
}

const Words = ({ title, sign, of, candidates }: WordsProps): ReactNode => (
  <tr className={sign === '+' ? 'for' : 'against'}>
    <th scope="row">{title}</th>
    <td />
    {candidates.map((candidate) => (
      <td key={candidate.person.id}>
        <ul>
          {of(candidate).map((words) => (
            <li key={words}>
              <span aria-hidden="true">{sign} </span>
              {words}
            </li>
          ))}
        </ul>
        {of(candidate).length === 0 && <span className="quiet">nothing</span>}
      </td>
    ))}
  </tr>
);

type Shown = Pick<Whole, 'fullName' | 'dateOfBirth' | 'sex' | 'race' | 'phones' | 'provenance'>;

const facts: [string, (person: Shown) => string][] = [
  ['Name', nameOf],
  ['Date of birth', ({ dateOfBirth }) => dateOfBirth ?? ''],
  ['Sex', ({ sex }) => (sex ? wordsOf(sex) : '')],
  ['Race', ({ race }) => (race ? wordsOf(race) : '')],
  ['Phones', ({ phones }) => (phones ?? []).map(({ number }) => number).join(', ')],
  ['Source', ({ provenance }) => `${provenance.source} ${provenance.sourceId}`],
];

/** Unknown differs from nothing. */
const differs = (one: string, other: string): boolean => one !== '' && other !== '' && one !== other;
