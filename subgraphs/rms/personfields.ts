/** Fields of a person that are made of other records → reader. Nothing is decided here but what names the person. */

import { HubError } from '../../schema/errors.ts';
import { type PageArguments, pageOf, windowOf } from '../kit/page.ts';
import type { Context } from '../kit/system.ts';
import { type AssociateKey, keyOfAssociate, pairOf, type Shared } from './associates.ts';
import { type MayBe, mayBeAtMost } from './maybe.ts';
import { guardIdentity } from './rules.ts';
import type { Person, RmsReader } from './source.ts';

type Ctx = Context<RmsReader>;

const associatesAtMost = 50;

export const personFields = {
  phones: (person: Person, _: unknown, { read, principal }: Ctx) => {
    guardIdentity(principal, person); // A number leads to the name.
    return read.phones.load(person.id);
  },
  places: ({ id }: Person, _: unknown, { read }: Ctx) => read.placesOfPerson.load(id),
  associates: async ({ id }: Person, page: PageArguments, { read }: Ctx) => {
    const window = windowOf(page, 2, associatesAtMost);
    return pageOf(await read.associates(window).load(id), window, keyOfAssociate, (key) => ({ key }));
  },
  mayBe: async (person: Person, { first }: { first?: number | null }, { read, principal }: Ctx) => {
    guardIdentity(principal, person); // Whoever is like a name tells that name.
    const size = first ?? 5;
    if (size < 0 || size > mayBeAtMost) throw new HubError('LIMIT_LIST_SIZE', { message: `"first" takes 0 to ${mayBeAtMost}.` });
    return (await read.mayBe.load(person.id)).slice(0, size);
  },
};

interface Edge {
  key: AssociateKey;
}

export const personTypes = {
  AssociateConnection: {
    nodes: async ({ nodes }: { nodes: AssociateKey[] }, _: unknown, { read }: Ctx) =>
      (await Promise.all(nodes.map(({ id }) => read.person.load(id)))).filter((row) => row !== null),
  },
  AssociateEdge: {
    node: ({ key }: Edge, _: unknown, { read }: Ctx) => read.person.load(key.id),
    sharedReports: ({ key }: Edge) => key.sharedReports,
    shared: ({ key }: Edge, _: unknown, { read }: Ctx) => read.sharedReports.load(pairOf(key.parent, key.id)),
  },
  SharedReport: {
    report: ({ reportId }: Shared, _: unknown, { read }: Ctx) => read.report.load(reportId),
  },
  PersonCandidate: {
    person: ({ id }: MayBe, _: unknown, { read }: Ctx) => read.person.load(id),
  },
};
