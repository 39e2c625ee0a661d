/**
 * `oidc-provider` 9 is supported by its author on Node 22 and newer; of what it
 * uses, Node 20 lacks `URL.parse` alone. The standard method is supplied here,
 * and the notice that the package prints on Node 20 is kept off the console.
 */
type Library = typeof import('oidc-provider');

let loading: Promise<Library> | undefined;

export const loadLibrary = (): Promise<Library> => {
  loading ??= load();
  return loading;
};

const load = async (): Promise<Library> => {
  supplyUrlParse();
  const { warn } = console;
  console.warn = (...parts: unknown[]) => {
    if (!String(parts[0]).includes('Unsupported runtime. Use Node.js')) warn(...parts);
  };
  try {
    return await import('oidc-provider');
  } finally {
    console.warn = warn;
  }
};

/** https://url.spec.whatwg.org/#dom-url-parse */
const supplyUrlParse = (): void => {
  const target = URL as { parse?: (url: string, base?: string) => URL | null };
  target.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null);
};
