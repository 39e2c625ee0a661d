/** A data folder has one process. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder } from '../../../deploy/lock.ts';

describe('the lock of a data folder', () => {
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'rtcc-lock-'));
  });
  afterEach(() => rmSync(data, { recursive: true }));

  test('is refused while its holder lives, with the process to end', () => {
    writeFileSync(join(data, 'hub.pid'), String(process.ppid));
    expect(() => lockFolder(data)).toThrow(`${data} is in use by another hub (process ${process.ppid}).`);
  });

  test('is taken from a holder that died', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(join(data, 'hub.pid'), String(pid));
    expect(() => lockFolder(data)).not.toThrow();
  });

  test('is taken from a holder that left no number', () => {
    writeFileSync(join(data, 'hub.pid'), '');
    expect(() => lockFolder(data)).not.toThrow();
  });

  test('is gone when it is given back', () => {
    lockFolder(data)();
    expect(existsSync(join(data, 'hub.pid'))).toBe(false);
  });

  test('says when the folder cannot be one', () => {
    writeFileSync(join(data, 'file'), '');
    expect(() => lockFolder(join(data, 'file'))).toThrow(/file cannot be the data folder \(EEXIST\)/);
  });
});
