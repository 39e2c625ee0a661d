/** `hub documents …`: registering and deciding on vendors' operations, from the command line. What it does is loaded when it is called. */
import { type Command, InvalidArgumentError, Option } from 'commander';

export const addDocuments = (program: Command): void => {
  const documents = program.command('documents').description("vendors' operations: register them, decide on them, list them");
  place(documents.command('register').description('ask for an operation to be approved; prints its id and its hash'))
    .argument('<file>', 'a GraphQL document with one named operation')
    .option('--name <name>', 'what people call it', 'unnamed')
    .option('--note <text>', 'what it is for')
    .action(async (file: string, options) => say(await (await import('./documents.ts')).register({ ...options, file })));
  place(documents.command('approve').description('let the system that registered it run the operation'))
    .argument('<id>', 'as "documents list" has it')
    .addOption(new Option('--per-minute <requests>', 'requests a minute').default(60).argParser(whole))
    .addOption(new Option('--cost <objects>', 'objects that one answer may hold, by estimate').default(5000).argParser(whole))
    .addOption(new Option('--streams <count>', 'open subscriptions').default(5).argParser(whole))
    .action(async (id: string, options) => say(await (await import('./documents.ts')).approve({ ...options, id })));
  place(documents.command('revoke').description('within five seconds no gateway runs the operation any more'))
    .argument('<id>', 'as "documents list" has it')
    .requiredOption('--reason <text>', 'told to the vendor')
    .action(async (id: string, options) => say(await (await import('./documents.ts')).revoke({ ...options, id })));
  place(documents.command('list').description("every system's operations, for an administrator; for a vendor's system its own"))
    .option('--own', "as a vendor's system: its own operations, limits and errors")
    .action(async (options) => say(await (await import('./documents.ts')).list(options)));
};

const place = (command: Command): Command =>
  command
    .option('--url <url>', 'the hub', 'http://localhost:4000')
    .addOption(new Option('--as <persona>', 'with a token of the demo provider; else the token is taken from HUB_TOKEN'));

const whole = (text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a whole number.');
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);
