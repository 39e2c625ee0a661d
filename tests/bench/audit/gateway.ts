/** A gateway in a process of its own, so that whoever asks it does not slow it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface RunningGateway {
  url: string;
  token: string;
  pid: number;
  close: () => Promise<void>;
}

export const startGateway = (database: string, mode: 'on' | 'off'): Promise<RunningGateway> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('serve.ts', import.meta.url)), database, mode],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const ended = new Promise<void>((done) => child.once('exit', () => done()));
    let said = '';
    child.stdout.on('data', (text: Buffer) => {
      said += text;
      if (!said.includes('\n')) return;
      const close = async (): Promise<void> => {
        child.stdin.end();
        await ended;
      };
      resolve({ ...(JSON.parse(said) as Pick<RunningGateway, 'url' | 'token'>), pid: child.pid ?? 0, close });
    });
    child.once('exit', (code) => reject(new Error(`The gateway ended with ${code}.`)));
  });
