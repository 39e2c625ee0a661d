/** "Who may import whom" is a lint rule: it is tried on a small tree of its own, with the project's own settings. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');

/** The specifiers that the rule refuses in a file that imports all of these. */
const refused = (file: string, specifiers: string[]): string[] => {
  const folder = mkdtempSync(join(tmpdir(), 'rtcc-boundaries-'));
  try {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'));
    writeFileSync(path, specifiers.map((specifier) => `import '${specifier}';\n`).join(''));
    const lines = lint(folder).flatMap((line) => /noRestrictedImports.*,line=(\d+)/.exec(line)?.[1] ?? []);
    return lines.map((line) => specifiers[Number(line) - 1] ?? '');
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const lint = (folder: string): string[] => {
  const flags = ['lint', '--vcs-enabled=false', '--only=style/noRestrictedImports', '--reporter=github'];
  try {
    return execFileSync(process.execPath, [biome, ...flags], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).split('\n');
  } catch (error) {
    return (error as { stdout: string }).stdout.split('\n');
  }
};

const table: { file: string; allowed: string[]; denied: string[] }[] = [
  { file: 'schema/a.ts', allowed: ['./errors.ts', 'zod'], denied: ['../subgraphs/kit/page.ts', '../gateway/index.ts'] },
  {
    file: 'gateway/a.ts',
    allowed: ['./plan.ts', '../schema/errors.ts'],
    denied: ['../subgraphs/cad/index.ts', '../deploy/up.ts'],
  },
  {
    file: 'subgraphs/kit/a.ts',
    allowed: ['./page.ts', '../../schema/errors.ts'],
    denied: ['../cad/index.ts', '../../gateway/index.ts'],
  },
  { file: 'subgraphs/kit/bus/a.ts', allowed: ['../bus.ts', '../../../schema/errors.ts'], denied: ['../../cad/index.ts'] },
  {
    file: 'subgraphs/cad/a.ts',
    allowed: ['./source.ts', '../kit/page.ts', '../../schema/errors.ts'],
    denied: ['../rms/index.ts', '../../gateway/index.ts', '../../deploy/up.ts'],
  },
  { file: 'subgraphs/cad/demo/a.ts', allowed: ['../source.ts', '../../kit/demo/load.ts'], denied: ['../../rms/source.ts'] },
  {
    file: 'clients/sdk/a.ts',
    allowed: ['../../schema/errors.ts'],
    denied: ['../../gateway/index.ts', '../../subgraphs/cad/index.ts'],
  },
  {
    file: 'deploy/a.ts',
    allowed: ['../gateway/index.ts', '../subgraphs/cad/index.ts', '../schema/errors.ts'],
    denied: ['../tests/a.ts'],
  },
];

describe('import boundaries', () => {
  test.each(table)('$file may import only what its layer may', ({ file, allowed, denied }) => {
    expect(refused(file, [...allowed, ...denied])).toEqual(denied);
  });

  test('a seventh system is held to the same rule without being named', () => {
    expect(refused('subgraphs/jail/a.ts', ['../kit/page.ts', '../cad/index.ts'])).toEqual(['../cad/index.ts']);
  });
});
