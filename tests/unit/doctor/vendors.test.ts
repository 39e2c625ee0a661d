/** The commercial databases as the doctor sees them; a vendor's health answer is all that is asked for. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkVendors } from '../../../deploy/vendors.ts';

const servers: Server[] = [];
afterAll(() => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve).closeAllConnections()))));

const vendor = async (status: number): Promise<{ url: string; asked: string[] }> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
};

test('a vendor that answers has no finding, and is not asked for anybody', async () => {
  const { url, asked } = await vendor(200);
  expect(await checkVendors({ PEOPLE_SEARCH_RECORDTRACE_URL: url })).toEqual([]);
  expect(asked).toEqual(['GET /health']);
});

test('a vendor that refuses, and one that is away, fall short, with the setting to look at', async () => {
  const { url } = await vendor(503);
  const findings = await checkVendors({ PEOPLE_SEARCH_RECORDTRACE_URL: url, PEOPLE_SEARCH_PEOPLELINK_URL: 'http://127.0.0.1:9' });
  expect(findings).toMatchObject([
    { state: 'away', severity: 'error', fix: expect.stringContaining('PEOPLE_SEARCH_RECORDTRACE_URL') },
    { state: 'away', severity: 'error', fix: expect.stringContaining('PEOPLE_SEARCH_PEOPLELINK_URL') },
  ]);
});

test('no vendor at all is worth a warning, a setting that does not fit an error', async () => {
  expect(await checkVendors({})).toMatchObject([{ state: 'unconfigured', severity: 'warning' }]);
  expect(await checkVendors({ PEOPLE_SEARCH_TIMEOUT_MS: 'soon' })).toMatchObject([
    { state: 'unconfigured', severity: 'error', detail: expect.stringContaining('PEOPLE_SEARCH_TIMEOUT_MS') },
  ]);
});
