/** Ends a server: no new connections, each open one ends with its answer, and after a while whatever its answer does. */
import type { Server } from 'node:http';

const lookEveryMs = 25;

export const drain = (server: Server, graceMs: number): Promise<void> =>
  new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), lookEveryMs);
    const late = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(late);
      resolve();
    });
  });
