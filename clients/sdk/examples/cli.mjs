#!/usr/bin/env node
import { approved, hub } from './hub.mjs';

const commands = {
  /** Where every unit last was. */
  units: () => hub.pages(approved('unit-positions'), { first: 50 }),
  /** What this system may run. */
  operations: () => hub.operations(),
};

const run = commands[process.argv[2]];
if (!run) console.error(`usage: cli.mjs ${Object.keys(commands).join('|')}`);
for await (const node of run?.() ?? []) console.log(JSON.stringify(node));
await hub.close();
process.exitCode = run ? 0 : 2;
