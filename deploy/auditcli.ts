/** `hub audit …`: the commands of whoever keeps, checks and reads the audit. What they do is loaded when they are called. */
import { type Command, InvalidArgumentError, Option } from 'commander';

const data = () => new Option('--data <folder>', 'where everything that persists is kept').default('.data').env('HUB_DATA');

export const addAudit = (program: Command): void => {
  const audit = program.command('audit').description('verify, read, review, export and purge the audit log; exchange its key');
  for (const add of [addVerify, addShow, addReview, addWho, addReasons, addExport, addDump, addPurge, addKeys]) add(audit);
};

const addVerify = (audit: Command): void => {
  audit
    .command('verify')
    .description('prove that the log holds what was written; names the first record that does not, and exits with 1')
    .argument('[database]', "postgres://USER@HOST:PORT/DATABASE; default: the hub's own")
    .option('--dump <file>', 'a file of "audit dump" instead')
    .option('--export <file>', 'a file of "audit export" instead')
    .option('--checkpoint <file...>', 'checkpoints that were kept elsewhere; default: HUB_AUDIT_CHECKPOINTS')
    .option('--keys <file>', 'what "audit keys" printed; default: the keys of the data folder')
    .option('--witness <key>', 'a witness that must have signed, as name+id+key')
    .addOption(data())
    .action(async (database: string | undefined, options) => {
      const { text, holds } = await (await import('./auditverify.ts')).verify({ ...options, database, environment: process.env });
      process.stdout.write(`${text}\n`);
      if (!holds) process.exitCode = 1;
    });
};

const addShow = (audit: Command): void => {
  audit
    .command('show')
    .description('one record, with what was searched for where its key is held')
    .addOption(new Option('--seq <number>', 'its place in the log').argParser(place).makeOptionMandatory())
    .addOption(data())
    .action(async (options) => {
      const record = await (await import('./auditread.ts')).show({ ...options, environment: process.env });
      process.stdout.write(`${JSON.stringify(record, undefined, 2)}\n`);
    });
};

const addReview = (audit: Command): void => {
  audit
    .command('review')
    .description('the weekly review: one week in figures, and the people in it who stand out')
    .option('--week <week>', 'as in ISO 8601: 2026-W47; default: the last whole one')
    .option('--json', 'as JSON')
    .addOption(data())
    .action(async (options) => {
      process.stdout.write(await (await import('./auditreports.ts')).review({ ...options, environment: process.env }));
    });
};

const addWho = (audit: Command): void => {
  audit
    .command('who')
    .description('who was shown a record, when, and why, as JSON lines, latest first')
    .argument('<record>', 'as the record names it: Person:…')
    .addOption(data())
    .action(async (record: string, options) => {
      const { who } = await import('./auditreports.ts');
      await who({ ...options, record, environment: process.env }, (line) => process.stdout.write(line));
    });
};

const addReasons = (audit: Command): void => {
  audit
    .command('reasons')
    .description('operations on regulated data whose reason is missing or says nothing, as JSON lines, latest first')
    .addOption(new Option('--from <time>', 'from this instant; default: a week before the end').argParser(instant))
    .addOption(new Option('--to <time>', 'up to this instant, not with it; default: now').argParser(instant))
    .addOption(data())
    .action(async (options) => {
      const { reasons } = await import('./auditreports.ts');
      await reasons({ ...options, environment: process.env }, (line) => process.stdout.write(line));
    });
};

const addExport = (audit: Command): void => {
  audit
    .command('export')
    .description('records as JSON lines, each with the proof that it is in the signed log, or as CSV')
    .addOption(new Option('--format <format>', 'jsonl or csv').choices(['jsonl', 'csv']).default('jsonl'))
    .addOption(new Option('--from <time>', 'from this instant').argParser(instant))
    .addOption(new Option('--to <time>', 'up to this instant, not with it').argParser(instant))
    .option('--subject <id>', 'who asked')
    .option('--ori <ori>', 'for which agency')
    .option('--case <number>', 'in which case')
    .option('--purpose <code>', 'for what')
    .option('--entity <key>', 'who or what was shown: Person:…')
    .option('--searched-for <text>', 'a plate, a name or a number that was searched for')
    .addOption(data())
    .action(async ({ format, data: folder, ...filter }) => {
      const { exportRecords } = await import('./auditread.ts');
      await exportRecords({ format, data: folder, filter, environment: process.env }, process.stdout);
    });
};

const addDump = (audit: Command): void => {
  audit
    .command('dump')
    .description('the whole log with its checkpoints as JSON lines, for "audit verify --dump"')
    .addOption(data())
    .action(async (options) => {
      await (await import('./auditread.ts')).dump({ ...options, environment: process.env }, process.stdout);
    });
};

const addPurge = (audit: Command): void => {
  audit
    .command('purge')
    .description('drop the records of a class that the law no longer asks for; their leaves stay, and the log says what went')
    .addOption(new Option('--before <time>', 'records from before this instant').argParser(instant).makeOptionMandatory())
    .requiredOption('--class <class>', 'GENERAL, CJI, ALPR, COMMERCIAL or BLACK')
    .addOption(data())
    .action(async (options) => {
      const { count } = await (await import('./auditpurge.ts')).purge({ ...options, environment: process.env });
      process.stderr.write(count === 0 ? 'There is nothing to purge.\n' : `${count} records are purged; their leaves stay.\n`);
    });
};

const addKeys = (audit: Command): void => {
  audit
    .command('keys')
    .description('print the public keys that have signed checkpoints, and for how long each holds')
    .option('--env', 'print fresh keys, kept nowhere, as HUB_AUDIT_KEY and HUB_AUDIT_FIELD_KEYS lines; both are secret')
    .option('--rotate', 'a new key signs from now on, also in hubs that run')
    .addOption(data())
    .action(async ({ env = false, rotate = false, data: folder }) => {
      const { listedKeys, originOf, printFresh, rotateKey } = await import('./auditkeys.ts');
      const held = { environment: process.env, data: folder, origin: originOf(process.env) };
      if (env) return void process.stdout.write(printFresh());
      const keys = rotate ? await rotateKey(held, new Date()) : await listedKeys(held);
      process.stdout.write(`${JSON.stringify(keys, undefined, 2)}\n`);
    });
};

const place = (text: string): number => {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A place is a whole number from 1.');
};

const instant = (text: string): Date => {
  const date = new Date(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError('A time is written 2026-11-20 or 2026-11-20T09:30:00Z.');
};
