/**
 * The row rules, as SQL. They stand in each query's WHERE, so that lists,
 * cursors, counts and edges agree on what exists for the caller. `Sql` is
 * parameterised text; aliases are words of ours, never input.
 */
import { raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import { withheld } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';

export type { Sql };

/** Runs one statement. */
export type Ask = <Row>(query: Sql) => Promise<Row[]>;

const may = ({ grants }: Principal, policy: string): boolean => grants.includes(policy);

/** Sealed rows do not exist without `rms:sealed`; nor do other agencies' that they keep to themselves. */
export const visible = (principal: Principal, alias: string): Sql => {
  const row = raw(alias);
  return sql`((${row}.owner_ori = ${principal.ori} OR ${row}.shared) AND ${unsealed(principal, alias)})`;
};

/** For rows that have a handling and no owner of their own. */
export const unsealed = (principal: Principal, alias: string): Sql =>
  may(principal, 'rms:sealed') ? sql`TRUE` : sql`${raw(alias)}.handling <> 'sealed'`;

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
