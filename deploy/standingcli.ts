/** `hub revoke …`, `hub emergencies`: withdrawing authority, and what was done in emergencies. What they do is loaded when they are called. */
import { type Command, Option } from 'commander';

export const addStanding = (program: Command): void => {
  const revoke = program
    .command('revoke')
    .description('withdraw authority: it holds at every gateway and for open streams within 5 s');
  place(revoke.command('user').description('all tokens of a person or service'))
    .argument('<subject>', "the identity provider's id (sub)")
    .requiredOption('--reason <text>', 'what happened')
    .action(async (subject: string, options) => say(await (await import('./standing.ts')).revokeUser({ ...options, subject })));
  place(revoke.command('token').description('one access token'))
    .argument('<id>', "the token's own id (jti)")
    .requiredOption('--reason <text>', 'what happened')
    .action(async (token: string, options) => say(await (await import('./standing.ts')).revokeToken({ ...options, token })));
  place(revoke.command('assignment').description('bar a person from a case, whatever the token says'))
    .argument('<subject>', "the identity provider's id (sub)")
    .requiredOption('--case <number>', 'the case')
    .requiredOption('--reason <text>', 'what happened')
    .action(async (subject: string, options) =>
      say(await (await import('./standing.ts')).revokeAssignment({ ...options, subject, caseNumber: options.case })),
    );
  place(revoke.command('lift').description('end a revocation; nobody lifts their own'))
    .argument('<id>', 'as "revoke list" has it')
    .requiredOption('--reason <text>', 'why it is no longer needed')
    .action(async (id: string, options) => say(await (await import('./standing.ts')).lift({ ...options, id })));
  place(revoke.command('list').description('what is in force, latest first')).action(async (options) =>
    say(await (await import('./standing.ts')).listRevocations(options)),
  );
  place(program.command('emergencies').description('who broke the glass, and what was found of it; latest first'))
    .addOption(new Option('--state <state>', 'only these').choices(['OPEN', 'UNREVIEWED', 'REVIEWED']))
    .action(async (options) => say(await (await import('./standing.ts')).listEmergencies(options)));
};

const place = (command: Command): Command =>
  command
    .option('--url <url>', 'the hub', 'http://localhost:4000')
    .addOption(new Option('--as <persona>', 'with a token of the demo provider; else the token is taken from HUB_TOKEN'));

const say = (text: string): void => void process.stdout.write(`${text}\n`);
