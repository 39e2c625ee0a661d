/** The command line: what each command takes and means. What it does is loaded when it is called. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { systemNames } from '../schema/subgraphs.ts';
import { addAudit } from './auditcli.ts';
import { addDocuments } from './documentscli.ts';
import { ExpectedError } from './expected.ts';
import { addStanding } from './standingcli.ts';

const usageExit = 2;

/** Runs `argv` as a command line. Expected failures are one line and exit 1; a wrong command line is exit 2. */
export const run = async (argv: readonly string[]): Promise<void> => {
  const program = buildProgram();
  if (argv.length <= 2) {
    program.outputHelp();
    return;
  }
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = exitOf(error);
  }
};

const exitOf = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageExit;
  if (isExpected(error)) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\nThis is a fault of the hub itself.\n`);
  return 1;
};

/** Errors that name what was wrong with the input or the surroundings; their class is their owner's. */
const expectedNames = new Set([
  'ExpectedError',
  'CompositionError',
  'ObtainError',
  'ConfigError',
  'SupergraphError',
  'ZodError',
  'HubError',
]);
const isExpected = (error: unknown): error is Error =>
  error instanceof ExpectedError || (error instanceof Error && expectedNames.has(error.name));

const data = () => new Option('--data <folder>', 'where everything that persists is kept').default('.data').env('HUB_DATA');
const speed = () =>
  new Option('--speed <factor>', 'data seconds that pass in one second of the replay').default(240).argParser(positive);

const buildProgram = (): Command => {
  const program = new Command('hub')
    .description('One graph over the systems that a real-time crime center already owns.')
    .exitOverride()
    .allowExcessArguments(false)
    .showHelpAfterError('(--help says what there is)')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false });
  for (const add of [
    addUp,
    addDoctor,
    addToken,
    addLoad,
    addReplay,
    addCompose,
    addPolicy,
    addKeys,
    addSubgraph,
    addGateway,
    addAudit,
    addDocuments,
    addStanding,
  ])
    add(program);
  program.addHelpText(
    'after',
    '\nDatabases: DATABASE_URL serves every system, CAD_DATABASE_URL (and the like) one; without them PostgreSQL runs embedded.\n' +
      'Bus: REDIS_URL; without it, in this process. Issuer: OIDC_ISSUER; without it, a demo provider on this machine.',
  );
  return program;
};

const addUp = (program: Command): void => {
  program
    .command('up')
    .description('bring up everything in one process: six systems, the gateway, the explorer, and Carnival 2022 as live')
    .addOption(new Option('--port <port>', 'where the gateway listens').default(4000).argParser(portNumber).env('PORT'))
    .addOption(data())
    .addOption(speed())
    .option('--no-replay', 'serve the data as they stand')
    .action(async (options) => (await import('./up.ts')).up({ ...options, environment: process.env }));
};

const addDoctor = (program: Command): void => {
  program
    .command('doctor')
    .description(
      'check databases against the contract: what is missing, mistyped, empty, stale or not indexed, and how to mend it',
    )
    .argument('[source]', `one system of: ${systemNames.join(', ')}`)
    .option('--explain', 'show the plan by which the database finds rows, for each key that the hub asks by')
    .addOption(data())
    .action(async (source: string | undefined, options) => {
      const { examine } = await import('./examine.ts');
      process.exitCode = await examine({ source, data: options.data, explain: options.explain, environment: process.env });
    });
};

const addToken = (program: Command): void => {
  program
    .command('token')
    .description('print an access token of the demo provider, and nothing else')
    .requiredOption('--as <persona>', 'patrol, analyst, detective, supervisor, auditor, admin, partner or vendor')
    .option('--url <url>', 'the hub', 'http://localhost:4000')
    .action(async (options) => {
      const { tokenFor } = await import('./token.ts');
      process.stdout.write(`${await tokenFor(options.as, options.url)}\n`);
    });
};

const addLoad = (program: Command): void => {
  program
    .command('load')
    .description("load the demo's databases where they are missing, incomplete or outdated")
    .option('--reset', 'load again what is complete')
    .addOption(
      new Option('--synthetic <volume>', 'with synthetic copies of the real rows: a mid-size or a top-ten city').choices([
        'city',
        'metro',
      ]),
    )
    .addOption(
      new Option('--rows <calls>', 'with --synthetic: so many calls for service, all else in proportion').argParser(whole),
    )
    .addOption(data())
    .addHelpText('after', `\n${syntheticHelp}`)
    .action(async (options) => {
      const { lockFolder } = await import('./lock.ts');
      const { loadDemos } = await import('./loading.ts');
      const { volumeOf } = await import('../subgraphs/kit/demo/volume.ts');
      if (options.rows && !options.synthetic) throw new ExpectedError('--rows goes with --synthetic city or --synthetic metro.');
      const volume = options.synthetic ? volumeOf(options.synthetic, options.rows) : undefined;
      const unlock = process.env.DATABASE_URL ? () => {} : lockFolder(options.data);
      try {
        const loaded = await loadDemos({ ...options, volume, environment: process.env, say });
        if (loaded.size === 0) say('Everything is loaded already; --reset loads it again.');
      } finally {
        unlock();
      }
    });
};

const syntheticHelp = `Synthetic volumes, beside the real rows and marked synthetic, the same on every machine (positions end when they are loaded):
  city   333,000 calls (1,000 a day), 285,000 persons, 374 units, 540,000 fixes, 5,400 cameras: 7 million rows
  metro  1.3 million calls (14,000 a day), 1.1 million persons, 2,600 units, 1.1 million fixes, 18,000 cameras: 27 million rows
Metro wants PostgreSQL (DATABASE_URL); the embedded database takes a city of some thousand --rows.
It goes into the demo's own tables alone; "load --reset" afterwards leaves the real rows only.`;

const addReplay = (program: Command): void => {
  program
    .command('replay')
    .description('replay Carnival 2022 as live in the loaded demo databases (not beside an "up" on the embedded one)')
    .addOption(data())
    .addOption(speed())
    .action(async (options) => (await import('./replay.ts')).replay({ ...options, environment: process.env }));
};

const addCompose = (program: Command): void => {
  program
    .command('compose')
    .description("compose the systems' schemas into schema/supergraph.graphql and schema/api.graphql")
    .option('--check', 'write nothing; exit 1 when a file is not what the schemas say')
    .action(async ({ check = false }) => {
      const { writeComposed } = await import('../schema/compose.ts');
      const changed = writeComposed(check);
      if (check && changed.length > 0)
        throw new ExpectedError(`${changed.join(' and ')} differ from the schemas: run "npm run compose".`);
      say(changed.length > 0 ? `Written: ${changed.join(', ')}.` : 'The composed files are what the schemas say.');
    });
};

const addPolicy = (program: Command): void => {
  const policy = program.command('policy').description('the access policies: check them, explain a decision, test them');
  const folder = () => new Option('--policies <folder>', 'default: deploy/policies').env('HUB_POLICIES');
  policy
    .command('check')
    .description('read and validate the policies; exit 1 when they do not hold')
    .addOption(folder())
    .action(async ({ policies }) => {
      process.exitCode = (await import('./policy/check.ts')).check({ folder: policies, say: print });
    });
  policy
    .command('explain')
    .description('what a persona may read of a field, and the rules that say so')
    .requiredOption('--as <persona>', 'patrol, analyst, detective, supervisor, auditor, admin, partner or vendor')
    .requiredOption('--field <Type.field>', 'such as Lead.ssn; or a label, such as people:ssn')
    .option('--purpose <code>', 'as the request would state it, such as C')
    .option('--case <number>', 'a case number')
    .option('--reason <text>', 'a reason')
    .option('--on-behalf-of <ori>', 'the agency for which is asked')
    .option('--emergency', 'as if a supervisor had declared an emergency')
    .addOption(folder())
    .action(async ({ policies, ...options }) => {
      (await import('./policy/explain.ts')).explain({ ...options, folder: policies, nowMs: Date.now(), say: print });
    });
  policy
    .command('test')
    .description("hold the policies against the folder's expectations.csv or .json; exit 1 with the rows that differ")
    .addOption(folder())
    .action(async ({ policies }) => {
      process.exitCode = (await import('./policy/expect.ts')).testPolicies({ folder: policies, nowMs: Date.now(), say: print });
    });
  policy
    .command('matrix')
    .description('print who may read what for which purpose: every persona, every field')
    .addOption(folder())
    .action(async ({ policies }) => print((await import('./policy/matrix.ts')).matrix(policies)));
};

const addKeys = (program: Command): void => {
  program
    .command('keys')
    .description('print the public keys that subgraphs check gateways by, making a pair in the data folder where there is none')
    .option('--env', 'print a fresh pair, kept nowhere, as HUB_SIGNING_KEY and HUB_VERIFICATION_KEYS lines; the first is secret')
    .option('--rotate', 'make a new key, which takes over by itself while everything runs')
    .addOption(seconds('--lead <seconds>', 'from now until the new key signs', 60))
    .addOption(seconds('--overlap <seconds>', 'from then until those before it are refused', 900))
    .addOption(data())
    .action(async (options) => {
      const { printKeys } = await import('./keys.ts');
      const { rotateKeys } = await import('./rotatekeys.ts');
      const place = { data: options.data, environment: process.env };
      const said = options.rotate
        ? rotateKeys({ ...place, leadSeconds: options.lead, overlapSeconds: options.overlap, nowMs: Date.now() })
        : printKeys({ ...place, env: options.env });
      process.stdout.write(await said);
    });
};

const addSubgraph = (program: Command): void => {
  program
    .command('subgraph')
    .description('one system as a process of its own, on DATABASE_URL and REDIS_URL')
    .argument('<system>', systemNames.join(', '))
    .addOption(new Option('--port <port>', "default: the port of the system's address in the registry").argParser(portNumber))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(data())
    .action(async (system: string, options) => {
      await (await import('./subgraph.ts')).subgraph({ ...options, system, environment: process.env });
    });
};

const addGateway = (program: Command): void => {
  program
    .command('gateway')
    .description('the gateway as a process of its own; any federation supergraph will do')
    .option('--supergraph <file>', "default: this project's schema/supergraph.graphql")
    .addOption(new Option('--port <port>', 'where it listens').argParser(portNumber))
    .option('--host <address>', 'address to listen on')
    .addOption(data())
    .action(async (options) => (await import('./gateway.ts')).gateway({ ...options, environment: process.env }));
};

const portNumber = (text: string): number => {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535 && text.trim() !== '') return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
};

function seconds(flags: string, description: string, fallback: number): Option {
  return new Option(flags, description).default(fallback).argParser((text) => {
    const given = Number(text);
    if (Number.isInteger(given) && given >= 0 && text.trim() !== '') return given;
    throw new InvalidArgumentError('It takes a whole number of seconds.');
  });
}

function whole(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('It takes a whole number above 0.');
}

function positive(text: string): number {
  const factor = Number(text);
  if (factor > 0 && factor <= 10_000) return factor;
  throw new InvalidArgumentError('It takes a number above 0, up to 10000.');
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const say = (text: string): void => void process.stderr.write(`${text}\n`);
