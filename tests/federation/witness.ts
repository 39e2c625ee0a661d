/**
 * A small witness (c2sp.org/tlog-witness): it keeps one log's last size and root,
 * signs what is consistent with them, and refuses everything else. It checks by
 * the verifier's code, not by the writer's.
 */
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha256 } from '../../deploy/verifier/bytes.ts';
import { faultOf, parseNote, type VerificationKey } from '../../deploy/verifier/note.ts';
import { isConsistent } from '../../deploy/verifier/tree.ts';

export interface TestWitness {
  url: string;
  /** `name+id+key` */
  key: string;
  /** What it has signed, in order. */
  sizes: number[];
  /** What it holds of the log; a test may set it back or take it away. */
  held: { size: number; root: Buffer };
  /** Statuses of its answers, in order. */
  answers: number[];
  close: () => Promise<void>;
}

const cosignatureKind = 4;

export const startWitness = async (name: string, logKeys: () => VerificationKey[]): Promise<TestWitness> => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  const id = sha256(`${name}\n`, Buffer.from([cosignatureKind]), raw).subarray(0, 4);
  void publicKey;
  const witness = {
    key: `${name}+${id.toString('hex')}+${Buffer.concat([Buffer.from([cosignatureKind]), raw]).toString('base64')}`,
    sizes: [] as number[],
    answers: [] as number[],
    held: { size: 0, root: sha256('') },
  };
  const signed = (text: string): string => {
    const seconds = BigInt(Math.floor(Date.now() / 1000));
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(seconds);
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`), privateKey);
    return `— ${name} ${Buffer.concat([id, time, signature]).toString('base64')}\n`;
  };
  const answer = (body: string): [number, string] => {
    const end = body.indexOf('\n\n');
    const [old = '', ...proof] = body.slice(0, end).split('\n');
    const note = parseNote(body.slice(end + 2));
    if (!note || faultOf(note, logKeys())) return [403, ''];
    if (Number(old.replace('old ', '')) !== witness.held.size) return [409, `${witness.held.size}\n`];
    const hashes = proof.filter(Boolean).map((hash) => Buffer.from(hash, 'base64'));
    if (!isConsistent(witness.held, note, hashes)) return [422, ''];
    witness.held = { size: note.size, root: note.root };
    witness.sizes.push(note.size);
    return [200, signed(note.text)];
  };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const [status, text] = request.url === '/add-checkpoint' ? answer(body) : ([404, ''] as const);
    witness.answers.push(status);
    response.writeHead(status).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(witness, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
};
