/**
 * What every benchmark is: a name, a sentence on what it shows, and a run that
 * gives rows, each a figure with its unit and, where it has one, its ratio
 * against the baseline of the same run. Absolute figures are this machine's;
 * only ratios travel.
 *
 * A benchmark `NAME` is the file `NAME.ts` beside this one, and exports `bench`.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';

export interface Bench {
  /** One sentence: what is compared with what, and which figure counts. */
  what: string;
  run: (options: BenchOptions) => Promise<Row[]>;
}

export interface BenchOptions {
  /** Seconds instead of minutes, the smallest sizes: shows that it runs and compares, not its figures. */
  smoke: boolean;
  /** What is under way, to standard error. */
  say: (line: string) => void;
  /** `--name=value` that the benchmark itself understands. */
  given: Readonly<Record<string, string>>;
}

export interface Row {
  /** What was measured: `heavy query, access and audit on`. */
  case: string;
  /** The figure's name with its unit: `gateway CPU ms per request`. */
  measure: string;
  value: number;
  /** Against the baseline of the same run; absent for the baseline itself and for context. */
  ratio?: number;
  /** What the ratio, or where there is none the value, is to stay at or under. */
  goal?: number;
}

const folder = new URL('.', import.meta.url);
const notBenches = new Set(['bench.ts']);

export const benchNames = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !notBenches.has(name))
    .map((name) => name.slice(0, -3))
    .sort();

export const main = async (args: string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    strict: false,
    options: {
      smoke: { type: 'boolean' },
      json: { type: 'string' },
      names: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.names) {
    process.stdout.write(`${benchNames().join('\n')}\n`);
    return 0;
  }
  const [name = ''] = positionals;
  if (values.help || !benchNames().includes(name)) {
    process.stderr.write(
      `Usage: npm run bench -- NAME [--smoke] [--json FILE] [--OPTION=VALUE …]\nNAME is one of ${benchNames().join(', ')}.\n`,
    );
    return values.help ? 0 : 2;
  }
  const { bench } = (await import(new URL(`${name}.ts`, folder).href)) as { bench: Bench };
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const given = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
  say(bench.what);
  const rows = await bench.run({ smoke: values.smoke === true, say, given });
  const report = { name, at: new Date().toISOString(), smoke: values.smoke === true, machine: machine(), rows };
  process.stdout.write(table(rows));
  if (typeof values.json === 'string') writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  return 0;
};

export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;

export const median = (figures: readonly number[]): number => quantile(figures, 0.5);

export const quantile = (figures: readonly number[], share: number): number => {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
};

const table = (rows: readonly Row[]): string => {
  const lines = [
    ['case', 'measure', 'value', 'ratio', 'goal', ''],
    ...rows.map(({ case: title, measure, value, ratio, goal }) => [
      title,
      measure,
      figure(value),
      ratio === undefined ? '' : `${figure(ratio)}×`,
      goal === undefined ? '' : `≤ ${figure(goal)}${ratio === undefined ? '' : '×'}`,
      goal === undefined ? '' : (ratio ?? value) <= goal ? 'reached' : 'missed',
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
};

const figure = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));
