/** A vendor's engineer, an administrator, a detective and an auditor against the running hub: registering, running, revoking, releasing. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { approve, list, register, revoke } from '../../deploy/documents.ts';
import { placesOf } from './paths.ts';
import { describeOnBoth, type RunningHub, startHub, until } from './setup.ts';

const sample = (name: string): string =>
  readFileSync(new URL(`../../subgraphs/hub/demo/operations/${name}.graphql`, import.meta.url), 'utf8');
const hashed = (text: string) => ({
  persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(text).digest('hex') },
});
const codeOf = (answer: { errors?: { extensions: Record<string, unknown> }[] }) => answer.errors?.[0]?.extensions.code;

describeOnBoth('a vendor', (backend) => {
  let hub: RunningHub;
  beforeAll(async () => {
    hub = await startHub(backend);
  }, 180_000);
  afterAll(() => hub?.close());

  /** Without a text: the hash names it. */
  const byHash = (text: string, variables: Record<string, unknown> = {}) =>
    hub.ask({ as: 'vendor', query: '', variables, extensions: hashed(text) });

  test("the demo's operations run by their hash, and nothing else runs", async () => {
    const place = { latitude: 29.9584, longitude: -90.0644, radiusMeters: 500 };
    expect((await byHash(sample('plate-context'), { place })).data?.incidents).toBeTruthy();
    expect((await byHash(sample('unit-positions'))).data?.units).toMatchObject({ nodes: expect.any(Array) });
    expect(codeOf(await hub.ask({ as: 'vendor', query: '{ units { nodes { callSign } } }' }))).toBe('DOCUMENT_NOT_TRUSTED');
  });

  test('the demo stream is subscribed to by its hash', async () => {
    const socket = await hub.socket('vendor');
    const stream = socket.iterate({ query: '', extensions: hashed(sample('incident-changes')) });
    const first = stream.next();
    await until('the stream is open', async () => {
      const { data } = await hub.ask({ as: 'vendor', query: '{ myOperations { nodes { operationName requestsToday } } }' });
      const {
        myOperations: { nodes },
      } = data as { myOperations: { nodes: { operationName: string; requestsToday: number }[] } };
      return nodes.some(({ operationName, requestsToday }) => operationName === 'IncidentChanges' && requestsToday === 1);
    });
    await stream.return?.();
    await first.catch(() => {});
    await socket.dispose();
  });

  test('an operation runs from its approval to its revocation', async () => {
    const document = 'query Numbers { incidents(first: 2) { nodes { number } } }';
    const registered = await hub.ask({
      as: 'vendor',
      query: 'mutation ($document: String!) { registerOperation(document: $document, name: "Numbers") { id state } }',
      variables: { document },
    });
    const {
      registerOperation: { id },
    } = registered.data as { registerOperation: { id: string } };
    expect(codeOf(await byHash(document))).toBe('DOCUMENT_NOT_TRUSTED');
    const approve = await hub.ask({ as: 'admin', query: `mutation { approveOperation(id: "${id}") { state } }` });
    expect(approve.data).toEqual({ approveOperation: { state: 'APPROVED' } });
    await until('the approval is known', async () => (await byHash(document)).data != null, 10_000);
    await hub.ask({
      as: 'admin',
      query: `mutation { revokeOperation(id: "${id}", reason: "the contract has ended") { state } }`,
    });
    await until('the revocation is known', async () => codeOf(await byHash(document)) === 'DOCUMENT_NOT_TRUSTED', 10_000);
  });

  test('its rate is one, at however many gateways, where these share a Redis; else each counts for itself', async () => {
    const document = 'query Rated { incidents(first: 1) { nodes { number } } }';
    const registered = await hub.ask({
      as: 'vendor',
      query: 'mutation ($document: String!) { registerOperation(document: $document, name: "Rated") { id } }',
      variables: { document },
    });
    const {
      registerOperation: { id },
    } = registered.data as { registerOperation: { id: string } };
    const query = `mutation { approveOperation(id: "${id}", limits: { requestsPerMinute: 2 }) { state } }`;
    expect((await hub.ask({ as: 'admin', query })).data).toEqual({ approveOperation: { state: 'APPROVED' } });
    const other = await hub.startGateway();
    const codes: unknown[] = [];
    for (const at of [hub.gateway, other, hub.gateway, other])
      codes.push(codeOf(await hub.ask({ as: 'vendor', at, query: '', extensions: hashed(document) })));
    const limited = backend === 'services' ? 'LIMIT_RATE' : undefined;
    expect(codes).toEqual([undefined, undefined, limited, limited]);
    await other.close();
  });

  test('the command line registers, approves, lists and revokes, as whoever it is told', async () => {
    const url = hub.gateway.url;
    const folder = mkdtempSync(join(tmpdir(), 'rtcc-documents-'));
    const file = join(folder, 'typed.graphql');
    writeFileSync(file, 'query Typed { incidents(first: 1) { nodes { number } } }');
    const [id = ''] = (await register({ file, name: 'Typed', url, as: 'vendor' })).split(' ');
    const limits = { perMinute: 30, cost: 500, streams: 1 };
    await expect(approve({ id, ...limits, url, as: 'vendor' })).rejects.toMatchObject({ name: 'ExpectedError' });
    expect(await approve({ id, ...limits, url, as: 'admin' })).toContain('APPROVED  demo-vendor  Typed (Typed)  0 today, 30/min');
    expect(await list({ own: true, url, as: 'vendor' })).toContain(id);
    await revoke({ id, reason: 'the contract has ended', url, as: 'admin' });
    expect(await list({ url, as: 'admin' })).toMatch(new RegExp(`^${id}  REVOKED`, 'm'));
    rmSync(folder, { recursive: true });
  });

  test.each([
    ['what there is not', 'query Wrong { incidentz { id } }', 15],
    ['what was said of an incident', 'query Wrong { incident(number: "1") { notes { text } } }', 39],
    ['reports and persons', 'query Wrong { incident(number: "1") { reports { id } } }', 39],
    ['the audit', 'query Wrong { auditTrail { nodes { id } } }', 15],
  ])('a document that names %s is refused at its registration, and told where', async (_what, document, column) => {
    const query = 'mutation ($document: String!) { registerOperation(document: $document, name: "Wrong") { id } }';
    const answer = await hub.ask({ as: 'vendor', query, variables: { document } });
    expect(codeOf(answer)).toBe('DOCUMENT_INVALID');
    expect(answer.errors?.[0]?.message).toContain(`line 1, column ${column}`);
  });

  test('its console page has what it needs: operations, limits, counts, errors by code', async () => {
    const query = `{ myOperations { requestsToday refusalsToday { code count } recentErrors { at code }
      nodes { name state limits { requestsPerMinute cost streams } requestsToday } } }`;
    const answer = await hub.ask({ as: 'vendor', query });
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.myOperations).toMatchObject({
      refusalsToday: expect.arrayContaining([{ code: 'DOCUMENT_NOT_TRUSTED', count: expect.any(Number) }]),
      recentErrors: expect.arrayContaining([{ at: expect.any(String), code: 'DOCUMENT_NOT_TRUSTED' }]),
    });
  });
});

describeOnBoth('a release outside', (backend) => {
  let hub: RunningHub;
  beforeAll(async () => {
    hub = await startHub(backend);
  }, 180_000);
  afterAll(() => hub?.close());

  const release = (recordKeys: string[], as: 'detective' | 'patrol' = 'detective') =>
    hub.ask({
      as,
      query: 'mutation ($input: DisseminationInput!) { recordDissemination(input: $input) { id sequence intact } }',
      variables: {
        input: {
          recipient: { agency: 'District Attorney of Orleans Parish', role: 'assistant district attorney' },
          ...{
            purpose: 'PROSECUTION',
            reason: 'Discovery for the hearing of the Canal Street robbery',
            format: 'ELECTRONIC',
            recordKeys,
          },
        },
      },
      extensions: { purpose: 'C', caseNumber: 'B-24020-22' },
    });

  test('it is written down, found by the record in the audit, and read by who answers for it', async () => {
    const shown = await hub.ask({ as: 'detective', query: '{ report(number: "B-24020-22") { id } }' });
    const { report } = shown.data as { report: { id: string } };
    const key = `Report:${report.id}`;
    const released = await release([key]);
    expect(released.data).toMatchObject({ recordDissemination: { intact: true } });
    const trail = await hub.ask({
      as: 'auditor',
      query: `{ auditTrail(filter: { entity: "${key}" }, first: 5) { nodes { subject fields entities } }
        disseminations(filter: { record: "${key}" }) { nodes { subject reason recipient { agency } caseNumber } } }`,
    });
    expect(trail.errors).toBeUndefined();
    expect(JSON.stringify(trail.data)).toContain('Mutation.recordDissemination');
    expect(trail.data?.disseminations).toMatchObject({ nodes: [{ subject: 'demo-detective', caseNumber: 'B-24020-22' }] });
    const patrol = await release([key], 'patrol');
    expect(placesOf(patrol, 'UNAUTHORIZED_FIELD_OR_TYPE').length + (codeOf(patrol) === 'GRAPHQL_VALIDATION_FAILED' ? 1 : 0)).toBe(
      1,
    );
  });

  test('a record that is sealed and one that never was are refused alike', async () => {
    const [sealed] = await hub.database.query<{ id: string }>(
      "SELECT id FROM rms.report WHERE handling = 'sealed' ORDER BY id LIMIT 1",
    );
    const { status, errors, data } = await release([`Report:${sealed?.id}`]);
    const never = await release(['Report:never']);
    expect({ status, errors, data }).toEqual({ status: never.status, errors: never.errors, data: never.data });
    expect(codeOf(never)).toBe('BAD_USER_INPUT');
  });
});
