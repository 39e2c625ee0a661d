/**
 * Who is signed in. The issuer is asked by OpenID Connect (code flow, PKCE, the
 * public client `rtcc-web`); the token lives in this page's memory and nowhere
 * else. What waits in session storage while the issuer has the page is the
 * flow's own state, which is worth nothing without the code, and is removed.
 */
import { InMemoryWebStorage, type User, UserManager, WebStorageStateStore } from 'oidc-client-ts';
import { createStore, type Store } from './store.ts';

export type SessionState =
  | { kind: 'starting' }
  /** Nobody is; `because` says why, where that was not asked for. */
  | { kind: 'out'; because?: string }
  | { kind: 'in'; token: string; subject: string; endsAt: number; endsSoon: boolean }
  /** The token has ended. The page stays as it is, and goes on after signing in again. */
  | { kind: 'ended'; subject: string };

export interface Session {
  state: Store<SessionState>;
  token: () => string | undefined;
  /** Finishes a sign-in under way, or begins one after a reload; call it once. */
  start: () => Promise<void>;
  /** Leaves the page for the issuer's. */
  enter: () => Promise<void>;
  /** The same in a window of its own: this page keeps what it shows. Call it from a click. */
  renew: () => Promise<void>;
  /** The hub no longer takes the token. */
  end: () => void;
  /** The hub has withdrawn the token, or its holder's authority: what the page shows goes. */
  revoke: () => void;
  leave: () => void;
  /** When there is a token other than this one. */
  another: (than: string | undefined, signal: AbortSignal) => Promise<void>;
}

export interface SessionOptions {
  /** Where the page is served: `/dashboard`. */
  base: string;
  now?: () => number;
}

const clientId = 'rtcc-web';
const scope = 'openid hub.query hub.subscribe';
/** How long before its end a token is renewed, or its owner is asked to. */
const noticeMs = 2 * 60_000;
/** Says that this tab was signed in before it was loaded anew, and nothing else. */
const enteredKey = 'rtcc.entered';
const leftKey = 'rtcc.left';
const withdrawn =
  'Your access has been withdrawn, so nothing is shown any more. Ask your agency’s administrator, or sign in again.';

export const createSession = ({ base, now = Date.now }: SessionOptions): Session => {
  const state = createStore<SessionState>({ kind: 'starting' });
  let timers: ReturnType<typeof setTimeout>[] = [];
  let manager: Promise<UserManager> | undefined;
  const open = (): Promise<UserManager> => {
    manager ??= readIssuer().then((issuer) => createManager(issuer, base));
    manager.catch(() => {
      manager = undefined;
    });
    return manager;
  };

  const take = (user: User): void => {
    for (const timer of timers) clearTimeout(timer);
    const endsAt = (user.expires_at ?? 0) * 1_000;
    const signedIn = { kind: 'in', token: user.access_token, subject: user.profile.sub, endsAt } as const;
    sessionStorage.setItem(enteredKey, '1');
    sessionStorage.removeItem(leftKey);
    state.set({ ...signedIn, endsSoon: false });
    const soon = async (): Promise<void> => {
      const renewed = user.refresh_token ? await (await open()).signinSilent().catch(() => null) : null;
      if (renewed) take(renewed);
      else if (tokenOf(state) === user.access_token) state.set({ ...signedIn, endsSoon: true });
    };
    timers = [
      setTimeout(() => void soon(), Math.max(0, endsAt - now() - noticeMs)),
      setTimeout(() => tokenOf(state) === user.access_token && end(), Math.max(0, endsAt - now())),
    ];
  };

  const end = (): void => {
    const current = state.get();
    if (current.kind === 'in') state.set({ kind: 'ended', subject: current.subject });
  };

  const enter = async (): Promise<void> => {
    const from = location.pathname.startsWith(`${base}/callback`) ? base : `${location.pathname}${location.search}`;
    // Whoever signed out meant it: the issuer's own session must not sign the next one in as the last.
    const prompt = sessionStorage.getItem(leftKey) ? 'login' : undefined;
    await (await open()).signinRedirect({ state: from, ...(prompt && { prompt }) });
  };

  const start = async (): Promise<void> => {
    try {
      if (location.pathname === `${base}/callback`) return take(await finish(await open(), base));
      if (sessionStorage.getItem(enteredKey)) return await enter();
      state.set({ kind: 'out' });
    } catch (cause) {
      sessionStorage.removeItem(enteredKey);
      history.replaceState(null, '', base);
      state.set({ kind: 'out', because: `Signing in failed: ${cause instanceof Error ? cause.message : 'no reason given'}` });
    }
  };

  /** Nobody is signed in, and whoever is next is asked who they are. */
  const leave = (because?: string): void => {
    for (const timer of timers) clearTimeout(timer);
    sessionStorage.removeItem(enteredKey);
    sessionStorage.setItem(leftKey, '1');
    void open().then((opened) => opened.removeUser());
    state.set({ kind: 'out', ...(because && { because }) });
  };

  return {
    state,
    token: () => tokenOf(state),
    start,
    enter,
    renew: async () => take(await (await open()).signinPopup()),
    end,
    revoke: () => leave(withdrawn),
    leave: () => leave(),
    another: (than, signal) => anotherToken(state, than, signal),
  };
};

const tokenOf = (state: Store<SessionState>): string | undefined => {
  const current = state.get();
  return current.kind === 'in' ? current.token : undefined;
};

const anotherToken = (state: Store<SessionState>, than: string | undefined, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const check = (): void => {
      const token = tokenOf(state);
      if (token !== undefined && token !== than) finished();
    };
    const finished = (): void => {
      unsubscribe();
      resolve();
    };
    const unsubscribe = state.subscribe(check);
    signal.addEventListener('abort', finished, { once: true });
    check();
  });

const createManager = (issuer: string, base: string): UserManager =>
  new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: new URL(`${base}/callback`, location.origin).href,
    response_type: 'code',
    scope,
    loadUserInfo: false,
    automaticSilentRenew: false,
    monitorSession: false,
    userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    stateStore: new WebStorageStateStore({ store: sessionStorage }),
  });

/** What the hub that serves this page says of itself. */
const readIssuer = async (): Promise<string> => {
  const response = await fetch('/.well-known/rtcc-hub', { cache: 'no-store', credentials: 'omit' });
  const { issuer } = (await response.json()) as { issuer?: string };
  if (!issuer) throw new Error('The hub names no issuer.');
  return issuer;
};

/** Takes the issuer's answer out of the address bar, and goes back to where the sign-in began: inside this page only. */
const finish = async (manager: UserManager, base: string): Promise<User> => {
  const user = await manager.signinRedirectCallback();
  const to = typeof user.state === 'string' && (user.state === base || /^\/[\w-]+[/?]/.test(user.state)) ? user.state : base;
  history.replaceState(null, '', to.startsWith(base) ? to : base);
  return user;
};

/** True in the window that `renew` opened, once the issuer has sent it back. */
export const isPopup = (base: string): boolean => window.opener !== null && location.pathname === `${base}/callback`;

/** In that window: hands the issuer's answer to the page that opened it, and closes. */
export const finishPopup = (): Promise<void> =>
  new UserManager({ authority: location.origin, client_id: clientId, redirect_uri: '' }).signinPopupCallback();
