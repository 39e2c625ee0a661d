/** Changes of cameras and of the agreements that cover them, as keys on the topic `camera`. */
import { pollFeed } from '../kit/feed.ts';

export const topic = 'camera';

/**
 * Time passing is no change: a camera whose agreement expires at noon is told
 * as not viewable from noon on, but no event says so at noon.
 */
export const cameraFeed = pollFeed({
  topic,
  view: 'cameras.camera',
  change: "CASE WHEN retired THEN 'REMOVED' ELSE 'UPDATED' END",
  channel: 'cameras_changed',
});
