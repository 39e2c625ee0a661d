/** JSON text of single values. Most texts need no escaping, and quoting those by hand is several times faster. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what JSON must escape.
const special = /["\\\u0000-\u001f\ud800-\udfff]/;

export const quote = (text: string): string => (special.test(text) ? JSON.stringify(text) : `"${text}"`);

/** Of a value that came as JSON. */
export const jsonOf = (value: unknown): string => (typeof value === 'string' ? quote(value) : JSON.stringify(value ?? null));
