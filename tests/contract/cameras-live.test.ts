/** The camera registry as it is loaded and as it changes. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { flicker } from '../../subgraphs/cameras/demo/flicker.ts';
import { cameraFeed } from '../../subgraphs/cameras/feed.ts';
import { newOrleans } from '../../subgraphs/kit/demo/load.ts';
import { describeRegistry } from '../unit/cameras/registry.ts';

describeRegistry(({ bench, sql, count }) => {
  describe('loading', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'rtcc-cameras-csv-'));
    });
    afterEach(async () => {
      rmSync(folder, { recursive: true, force: true });
      await bench().reload();
    });

    test('twice gives the same registry', async () => {
      const dump = () => bench().database.query('SELECT * FROM cameras.camera ORDER BY id');
      await bench().reload();
      const first = await dump();
      await bench().reload();
      expect(await dump()).toEqual(first);
    });

    test('counts every row of broken files: loaded, quarantined or rejected', async () => {
      cpSync(new URL('cameras_private_safecam.csv', newOrleans), join(folder, 'cameras_private_safecam.csv'));
      const rows = [
        'latitude,longitude,random_id,set',
        '29.9529004,-90.07059664,0.429537537,cameras', // right
        '29.9529004,-90.07059664,0.429537537,cameras', // the same once more: kept
        '0,0,0.5,cameras', // quarantined
        'north,-90.07,0.6,cameras', // quarantined
        '29.95,-90.07', // truncated: rejected
        '29.95,-90.07,seven,cameras', // no key: rejected
        `${'9'.repeat(50)},-90.07,0.8,cameras`, // longer than the column: rejected
      ];
      writeFileSync(join(folder, 'cameras_rtcc_2022-03-11.csv'), rows.join('\n'));
      const result = await bench().reload(pathToFileURL(`${folder}/`));
      expect(result.rejected).toEqual({ 'cameras_rtcc_2022-03-11.csv': 3, 'cameras_private_safecam.csv': 0 });
      expect(result.loaded.cam_ast).toBe(4 + 63);
      const placed = await count(
        'cameras.camera c JOIN cameras.service_area s ON c.latitude BETWEEN s.south AND s.north AND c.longitude BETWEEN s.west AND s.east',
      );
      expect((await bench().reader().quarantined({ first: 100 })).nodes).toHaveLength(16 + 2);
      expect(placed).toBe(2 + 47);
    });
  });

  describe('changes', () => {
    let stop: AbortController;
    let feeding: Promise<void>;
    const query = (args = '') => `subscription { cameraStatusChanged${args} { cursor change cameraId camera { id status } } }`;
    const next = async (events: AsyncIterator<{ data: { cameraStatusChanged: unknown } }>) =>
      (await events.next()).value.data.cameraStatusChanged;
    beforeEach(async () => {
      await bench().restore();
      stop = new AbortController();
      // The bus has a past, so that nothing that happens from now on counts as history.
      await bench().bus.publish('camera', [{ key: 'cam-none', change: 'UPDATED', changedAt: new Date('2022-03-12T00:00:00Z') }]);
      feeding = cameraFeed(bench().runtime, stop.signal);
    });
    afterEach(async () => {
      stop.abort();
      await feeding;
    });

    test('of a status reach who listens, and of a covert camera nobody without the grant', async () => {
      await sql("UPDATE cameras_vendor.cam_ast SET cvrt_fl = 'Y' WHERE ast_no = 'S003'");
      const events = await bench().watch(query());
      const first = next(events);
      await sql("UPDATE cameras_vendor.cam_ast SET sts_cd = 2 WHERE ast_no = 'S003'");
      await sql("UPDATE cameras_vendor.cam_ast SET sts_cd = 3 WHERE ast_no = 'C429537537'");
      expect(await first).toMatchObject({ change: 'UPDATED', camera: { id: 'cam-C429537537', status: 'MAINTENANCE' } });
      await events.return?.();
    });

    test('come through the filter only, and a retired camera is told as removed', async () => {
      const events = await bench().watch(query('(filter: { ownership: PRIVATE })'));
      const first = next(events);
      await sql("UPDATE cameras_vendor.cam_ast SET sts_cd = 2 WHERE ast_no = 'C429537537'");
      await sql("UPDATE cameras_vendor.cam_ast SET rtrd_fl = 'Y' WHERE ast_no = 'S028'");
      expect(await first).toMatchObject({ change: 'REMOVED', cameraId: 'cam-S028', camera: null });
      await events.return?.();
    });

    test('of an agreement are changes of the cameras that it covers', async () => {
      const events = await bench().watch(query());
      const first = next(events);
      await sql("INSERT INTO cameras_vendor.mou_trg VALUES (5028, 1, 'alarm')");
      expect(await first).toMatchObject({ cameraId: 'cam-S028' });
      await events.return?.();
    });

    test('are played by the demo: a camera goes out of service and comes back', async () => {
      const playing = new AbortController();
      const events = await bench().watch(query());
      const first = next(events);
      const played = flicker({ database: bench().database, signal: playing.signal, everyMs: 5 });
      const { cameraId } = (await first) as { cameraId: string };
      expect(cameraId).toMatch(/^cam-C\d+$/);
      playing.abort();
      await played;
      expect(await count('cameras_vendor.cam_ast WHERE sts_cd = 2')).toBe(22);
      await events.return?.();
    });
  });
});
