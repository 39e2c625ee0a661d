/**
 * The row rules, as SQL. They stand in each query's WHERE, so that lists,
 * cursors, counts and edges agree on what exists for the caller. `visible` is a
 * row that is shown; of a row that is `pointed` at, only its key and its owner
 * are read. `Sql` is parameterised text; aliases are words of ours, never input.
 */
import { join, raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import { withheld } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { pointedAt, shownTo } from '../kit/labels.ts';

export type { Sql };

/** Runs one statement. */
export type Ask = <Row>(query: Sql) => Promise<Row[]>;

const may = ({ grants }: Principal, policy: string): boolean => grants.includes(policy);

/** Sealed rows do not exist without `rms:sealed`, nor restricted ones without `rms:restricted`; nor what other agencies keep to themselves. */
export const visible = (principal: Principal, alias: string): Sql =>
  sql`(${mayKnow(principal, alias)} AND ${unsealed(principal, alias)})`;

/** Rows of which the caller gets a pointer: only reports, which alone have a number that others know them by. */
export const pointed = (principal: Principal, alias: string): Sql => {
  const handlings = pointedAt(principal);
  if (handlings.length === 0) return sql`FALSE`;
  return sql`(${mayKnow(principal, alias)} AND ${raw(alias)}.handling IN (${join(handlings)}))`;
};

const mayKnow = ({ ori }: Principal, alias: string): Sql => sql`(${raw(alias)}.owner_ori = ${ori} OR ${raw(alias)}.shared)`;

/** For rows that have a handling and no owner of their own. */
export const unsealed = (principal: Principal, alias: string): Sql =>
  sql`${raw(alias)}.handling IN (${join(shownTo(principal))})`;

/** A case that its caller works stands even where the report is restricted; a sealed one does not. For the gateway alone. */
export const workable = (principal: Principal, alias: string): Sql =>
  sql`(${mayKnow(principal, alias)} AND ${raw(alias)}.handling IN (${join([...shownTo(principal), 'restricted'])}))`;

/**
 * Persons whose name the caller may see. A search that matched others would
 * tell their names by its answer, one guess at a time.
 */
export const identified = (principal: Principal, alias: string): Sql => {
  const row = raw(alias);
  const juvenile = may(principal, 'rms:juvenile') ? sql`TRUE` : sql`NOT ${row}.juvenile`;
  const victim = may(principal, 'rms:victim-identity') ? sql`TRUE` : sql`NOT ${row}.victim_protected`;
  return sql`(${juvenile} AND ${victim})`;
};

interface Guarded {
  juvenile: boolean;
  victimProtected: boolean;
}

/** The same rule on one person, or one text, that is shown: what names it is null, and says why. Both protections must be lifted. */
export const guardIdentity = (principal: Principal, { juvenile, victimProtected }: Guarded): void => {
  if (juvenile && !may(principal, 'rms:juvenile')) {
    throw withheld(
      'rms:juvenile',
      'A grant of rms:juvenile: it would name a person who was under 18 at the occurrence of a report.',
    );
  }
  if (victimProtected && !may(principal, 'rms:victim-identity')) {
    throw withheld('rms:victim-identity', 'A grant of rms:victim-identity: it would name a protected victim.');
  }
};
