/** `hub doctor`: which databases are looked at, and where its findings go. */
import { doctor } from './doctor.ts';
import { lockFolder } from './lock.ts';
import { databaseOf, type Environment, settingsOf } from './settings.ts';
import { tlsFindings } from './tlsfindings.ts';
import { checkVendors } from './vendors.ts';

export interface ExamineOptions {
  source: string | undefined;
  data: string;
  /** Show how the database finds rows. */
  explain?: boolean | undefined;
  environment: Environment;
}

/** Resolves with the exit code. */
export const examine = async ({ source, data, explain = false, environment }: ExamineOptions): Promise<number> => {
  // The embedded database can be opened by one process only, so a running hub's cannot be looked at from outside.
  const unlock = environment.DATABASE_URL ? () => {} : lockFolder(data);
  try {
    return await doctor({
      source,
      explain,
      urlOf: (name) => databaseOf(name, environment, data).url,
      out: (line) => void process.stdout.write(`${line}\n`),
      checkTls: () => tlsFindings(environment),
      alsoCheck: { 'people-search': () => checkVendors(settingsOf('people-search', environment)) },
    });
  } finally {
    unlock();
  }
};
