/**
 * Who is signed in: by the issuer, with code and PKCE in a popup, or by a token
 * that was pasted. Both live in this page's memory and nowhere else: a reload
 * signs out, and nothing is left behind on a shared workstation.
 */
import { InMemoryWebStorage, UserManager, WebStorageStateStore } from 'oidc-client-ts';

export interface Settings {
  /** The OpenID Connect issuer; absent: tokens can only be pasted. */
  issuer?: string;
}

/** The public client that an issuer knows this page as; its redirect URI is the page itself. */
const clientId = 'rtcc-web';
const scope = 'openid hub.query hub.subscribe';

/** What the hub that serves this page says of itself. */
export const readSettings = async (): Promise<Settings> => {
  const response = await fetch('/.well-known/rtcc-hub', { cache: 'no-store', credentials: 'omit' });
  return response.ok ? ((await response.json()) as Settings) : {};
};

export const signIn = async ({ issuer }: Settings): Promise<string> => {
  if (!issuer) throw new Error('The hub names no issuer: paste a token instead.');
  const manager = new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: new URL('./', location.href).href,
    response_type: 'code',
    scope,
    loadUserInfo: false,
    automaticSilentRenew: false,
    monitorSession: false,
    userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    stateStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
  });
  const user = await manager.signinPopup();
  return user.access_token;
};

/** True in the popup that the issuer sent back to this page. */
export const isCallback = (): boolean => {
  const answer = new URLSearchParams(location.search);
  return window.opener !== null && answer.has('state') && (answer.has('code') || answer.has('error'));
};

/** In that popup: hands the issuer's answer to the window that opened it, and closes. */
export const finishSignIn = (): Promise<void> =>
  new UserManager({ authority: location.origin, client_id: clientId, redirect_uri: '' }).signinPopupCallback();

/** When a JWT ends, in milliseconds since the epoch; undefined for a token that does not say. */
export const endOf = (token: string): number | undefined => {
  try {
    const part = token.split('.')[1] ?? '';
    const claims: unknown = JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/')));
    const end = (claims as { exp?: unknown }).exp;
    return typeof end === 'number' ? end * 1000 : undefined;
  } catch {
    return undefined;
  }
};
