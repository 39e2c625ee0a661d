/**
 * A plate reader's system has a hit of a hotlist and asks what is going on around
 * the place of the read. The plate itself never goes to the hub.
 *
 *     node plate.mjs 29.9584 -90.0644
 */
import { isHubFailure } from '@rtcc-hub/sdk';
import { approved, hub } from './hub.mjs';

const [latitude = 29.9584, longitude = -90.0644] = process.argv.slice(2).map(Number);
const place = { latitude, longitude, radiusMeters: 500 };

try {
  const { data, gaps } = await hub.query(approved('plate-context'), { place });
  for (const { number, type, priority, status, units } of data.incidents?.nodes ?? []) {
    const near = units?.map(({ callSign }) => callSign).join(', ') || 'no unit';
    console.log(`${number}  ${priority ?? '-'}  ${status}  ${type?.text ?? '-'}  ${near}`);
  }
  console.log(`${data.incidents?.nodes.length ?? 0} incidents within ${place.radiusMeters} m`);
  for (const { code, path, source } of gaps) console.log(`missing: ${path?.join('.')} (${code} ${source ?? ''})`);
} catch (error) {
  if (!isHubFailure(error)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await hub.close();
}
