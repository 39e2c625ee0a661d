/** Who may see which camera, and look through it; and places that cannot be right. */
import { home, neighbor, unsealed } from '../unit/cameras/bench.ts';
import { describeRegistry, everyCamera, robbery } from '../unit/cameras/registry.ts';

describeRegistry(({ bench, sql }) => {
  describe('what may be looked at', () => {
    const carnivalMs = Date.parse('2022-02-21T00:42:00.000Z');
    beforeEach(() => {
      bench().clock.nowMs = carnivalMs;
      return bench().restore();
    });
    const fields =
      'viewable notViewableBecause agreement { id scope triggers inForce party } streams { reference live recorded ptz }';
    const camera = async (id: string, principal = home) =>
      (await bench().ask(`query ($id: ID!) { camera(id: $id) { ${fields} } }`, { id }, principal)).data.camera;

    test.each([
      ['live only', 'cam-S028', null, { live: true, recorded: false, ptz: false }],
      ['everything', 'cam-S003', null, { live: true, recorded: true, ptz: true }],
      ['an unsigned draft', 'cam-S009', 'The agreement is not signed.', null],
      ['a trigger', 'cam-S013', 'The agreement needs a trigger: violent call within 500 m.', null],
      ['an expired agreement', 'cam-S005', 'The agreement has expired.', null],
      ['a revoked agreement', 'cam-S024', 'The owner revoked the agreement.', null],
      ['recordings only', 'cam-S007', 'The agreement does not cover live viewing.', null],
      ['no agreement', 'cam-S017', "The owner has no agreement that covers the caller's agency.", null],
    ])('of a private camera with %s', async (_, id, because, stream) => {
      const answer = await camera(id);
      expect(answer.notViewableBecause).toBe(because);
      expect(answer.viewable).toBe(because === null);
      if (stream) expect(answer.streams).toEqual([{ reference: `vms:${id.slice(4)}/1`, ...stream }]);
      else expect(answer.streams).toBeNull();
    });

    test('of a public camera is everything, without an agreement', async () => {
      expect(await camera('cam-C429537537')).toMatchObject({
        viewable: true,
        agreement: null,
        streams: [{ live: true, recorded: true }],
      });
    });

    test('ends at the second that the agreement expires', async () => {
      bench().clock.nowMs = Date.parse('2049-12-31T05:59:59.999Z');
      expect((await camera('cam-S028')).viewable).toBe(true);
      bench().clock.nowMs = Date.parse('2049-12-31T06:00:00.000Z');
      expect(await camera('cam-S028')).toMatchObject({ viewable: false, streams: null, agreement: { inForce: false } });
    });

    test('is the same in the filter of a list as in the camera, at any time and for either agency', async () => {
      for (const instant of [
        '2018-01-01T00:00:00Z',
        '2021-01-15T06:00:00Z',
        '2021-06-01T05:00:00Z',
        '2021-09-30T22:00:00Z',
        '2022-02-21T00:00:00Z',
        '2060-01-01T00:00:00Z',
      ]) {
        bench().clock.nowMs = Date.parse(instant);
        for (const principal of [home, neighbor]) {
          const reader = bench().reader(principal);
          const rows = await everyCamera(bench(), {}, 100, principal);
          const decided = await Promise.all(rows.map(async (row) => ((await reader.decision(row)).viewable ? [row.id] : [])));
          const filtered = await everyCamera(bench(), { viewable: true }, 100, principal);
          expect(filtered.map(({ id }) => id)).toEqual(decided.flat());
          expect(filtered.length + (await everyCamera(bench(), { viewable: false }, 100, principal)).length).toBe(rows.length);
        }
      }
    });

    test("of a private camera ends with its owner's word, at the next question", async () => {
      expect((await camera('cam-S028')).viewable).toBe(true);
      await sql("UPDATE cameras_vendor.mou_hdr SET rvk_dt = '2022-02-20 18:42:00' WHERE mou_no = 5028");
      expect(await camera('cam-S028')).toMatchObject({ viewable: false, notViewableBecause: 'The owner revoked the agreement.' });
      await sql('UPDATE cameras_vendor.mou_hdr SET rvk_dt = NULL WHERE mou_no = 5028');
      expect((await camera('cam-S028')).viewable).toBe(true);
    });

    test('by a partner agency is what the owner lets partner agencies see', async () => {
      await sql(
        "UPDATE cameras_vendor.cam_ast SET shr_fl = 'Y' WHERE ast_no = 'S028'; UPDATE cameras_vendor.mou_hdr SET shr_fl = 'N' WHERE mou_no = 5028",
      );
      expect(await camera('cam-S028', neighbor)).toMatchObject({ viewable: false, streams: null, agreement: null });
      await sql("UPDATE cameras_vendor.mou_hdr SET shr_fl = 'Y' WHERE mou_no = 5028");
      expect(await camera('cam-S028', neighbor)).toMatchObject({ viewable: true, agreement: { id: 'agr-5028' } });
    });
  });

  describe('row rules', () => {
    const around = async (principal = home) =>
      (await bench().reader(principal).nearest(robbery, { first: 4, radiusMeters: 500 })).map(({ node }) => node.id);
    const isThere = async (id: string, principal = home) => ({
      byId: (await bench().reader(principal).camera(id)) !== null,
      listed: (await everyCamera(bench(), {}, 100, principal)).some((row) => row.id === id),
      near: (await around(principal)).includes(id),
      event: await bench().reader(principal).fits(id, {}),
    });
    const everywhere = { byId: true, listed: true, near: true, event: true };
    const nowhere = { byId: false, listed: false, near: false, event: false };
    beforeEach(() => {
      bench().clock.nowMs += 10_000; // The index looks at the registry anew.
      return bench().restore();
    });

    test("another agency's camera exists where that agency shares it, and the next nearest takes its place where not", async () => {
      await sql("UPDATE cameras_vendor.cam_ast SET shr_fl = 'Y' WHERE ast_no = 'C429537537'");
      expect(await isThere('cam-C429537537', neighbor)).toEqual(everywhere);
      await sql("UPDATE cameras_vendor.cam_ast SET shr_fl = 'N' WHERE ast_no = 'C429537537'");
      expect(await isThere('cam-C429537537', neighbor)).toEqual(nowhere);
      expect(await isThere('cam-C429537537', home)).toEqual(everywhere);
      expect(await around(neighbor)).toHaveLength(4);
    });

    test('a covert camera is absent, not refused, without the grant for sealed records', async () => {
      await sql("UPDATE cameras_vendor.cam_ast SET cvrt_fl = 'Y' WHERE ast_no = 'C429537537'");
      expect(await isThere('cam-C429537537', home)).toEqual(nowhere);
      expect(await isThere('cam-C429537537', unsealed)).toEqual(everywhere);
      expect(await around(home)).toEqual(['cam-S028', 'cam-C204382708', 'cam-S003', 'cam-C959945919']);
    });

    test('a retired camera is gone at once, and four neighbors are still four', async () => {
      expect(await around()).toContain('cam-S028');
      await sql("UPDATE cameras_vendor.cam_ast SET rtrd_fl = 'Y' WHERE ast_no = 'S028'");
      expect(await around()).toEqual(['cam-C429537537', 'cam-C204382708', 'cam-S003', 'cam-C959945919']);
    });

    test('a camera that was moved is measured where it is now', async () => {
      await around();
      await sql("UPDATE cameras_vendor.cam_ast SET lat_txt = '29.95297657', lon_txt = '-90.07047394' WHERE ast_no = 'S003'");
      const [first] = await bench().reader().nearest(robbery, { first: 4, radiusMeters: 500 });
      expect([first?.node.id, first?.distanceMeters]).toEqual(['cam-S003', 0]);
    });

    test('an agreement by its id follows the same rules', async () => {
      await sql("UPDATE cameras_vendor.mou_hdr SET shr_fl = 'N' WHERE mou_no = 5028");
      const query =
        'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Agreement { id party agency { ori } provenance { synthetic } } } }';
      const of = [{ __typename: 'Agreement', id: 'agr-5028' }];
      expect((await bench().ask(query, { of })).data._entities).toEqual([
        { id: 'agr-5028', party: 'SafeCam partner 28', agency: { ori: 'LANPD0000' }, provenance: { synthetic: true } },
      ]);
      expect((await bench().ask(query, { of }, neighbor)).data._entities).toEqual([null]);
    });
  });

  describe('a place that cannot be right', () => {
    beforeEach(() => bench().restore());

    test.each([
      ['0', '0', /\(0, 0\)/],
      ['N/A', '-90.07', /not numbers/],
      ['', '', /not numbers/],
      ['-90.07047394', '29.95297657', /swapped/],
      ['29.95297657', '90.07047394', /outside/],
    ])('(%s, %s) is quarantined with the reason, and listed again once mended', async (latitude, longitude, reason) => {
      await sql(
        `UPDATE cameras_vendor.cam_ast SET lat_txt = '${latitude}', lon_txt = '${longitude}' WHERE ast_no = 'C429537537'`,
      );
      const quarantined = await bench().reader().quarantined({ first: 100 });
      expect(quarantined.nodes.find(({ id }) => id === 'cam-C429537537')?.reason).toMatch(reason);
      expect(quarantined.nodes).toHaveLength(17);
      expect(await everyCamera(bench(), {})).toHaveLength(473);
      await sql("UPDATE cameras_vendor.cam_ast SET lat_txt = '29.9529004', lon_txt = '-90.07059664' WHERE ast_no = 'C429537537'");
      expect(await everyCamera(bench(), {})).toHaveLength(474);
    });

    test('of a covert camera is told to nobody without the grant for sealed records', async () => {
      await sql("UPDATE cameras_vendor.cam_ast SET lat_txt = '0', lon_txt = '0', cvrt_fl = 'Y' WHERE ast_no = 'C429537537'");
      const ids = async (principal = home) =>
        (await bench().reader(principal).quarantined({ first: 100 })).nodes.map(({ id }) => id);
      expect(await ids(unsealed)).toContain('cam-C429537537');
      expect(await ids(home)).not.toContain('cam-C429537537');
    });
  });
});
