/** Addresses that a secret or a token may be sent to. */

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Refuses what would carry a secret in clear to another machine. */
export const checkedUrl = (text: string, insecure = false): URL => {
  const url = new URL(text);
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && (insecure || loopback.has(url.hostname)));
  if (!safe) throw new TypeError(`An address at ${url.host} begins with https:, unless "insecure" is set.`);
  return url;
};
