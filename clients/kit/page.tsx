/**
 * What is around every page: sign-in, the connection to the hub, who is asking.
 * A page is a component below it; it finds all of that by `usePage()`.
 */
import './theme.css';
import { ApolloProvider } from '@apollo/client/react';
import { createContext, type ReactNode, StrictMode, use, useEffect, useMemo } from 'react';
import { createRoot } from 'react-dom/client';
import type { Authority } from './authority.ts';
import { type Hub, openHub } from './hub.ts';
import { createSession, finishPopup, isPopup, type Session } from './session.ts';
import { SignIn } from './signin.tsx';
import { createStore, type Store, useStore } from './store.ts';
import { createTray, type Tray } from './tray.ts';

export interface Page {
  base: string;
  title: string;
  hub: Hub;
  session: Session;
  /** Purpose, case and reason that every operation states unless it has its own. */
  authority: Store<Authority>;
  tray: Tray;
}

export interface PageOptions {
  /** Where the gateway serves it: `/dashboard`. */
  base: string;
  title: string;
  /** What the page states before anybody has chosen. */
  authority: Authority;
  content: () => ReactNode;
}

const PageContext = createContext<Page | undefined>(undefined);

export const usePage = (): Page => {
  const page = use(PageContext);
  if (!page) throw new Error('usePage() is for components below startPage().');
  return page;
};

export const startPage = ({ base, title, authority, content }: PageOptions): void => {
  const container = document.getElementById('page');
  if (!container) throw new Error('The page has no element with the id "page".');
  if (isPopup(base)) {
    container.textContent = 'Signing in. This window closes by itself.';
    finishPopup().catch(() => {
      container.textContent = 'Signing in failed. Close this window and try again.';
    });
    return;
  }
  const session = createSession({ base });
  void session.start();
  createRoot(container).render(
    <StrictMode>
      <Root base={base} title={title} session={session} first={authority} content={content} />
    </StrictMode>,
  );
};

interface RootProps {
  base: string;
  title: string;
  session: Session;
  first: Authority;
  content: () => ReactNode;
}

const Root = ({ base, title, session, first, content }: RootProps): ReactNode => {
  const state = useStore(session.state);
  if (state.kind === 'starting') return <p className="signin-wait">Signing in…</p>;
  if (state.kind === 'out') return <SignIn title={title} session={session} because={state.because} />;
  // Keyed by the person: another one's sign-in starts from nothing.
  return (
    <SignedIn key={state.subject} base={base} title={title} session={session} first={first}>
      {content()}
    </SignedIn>
  );
};

const SignedIn = ({ base, title, session, first, children }: Omit<RootProps, 'content'> & { children: ReactNode }): ReactNode => {
  const page = useMemo<Page>(() => {
    const authority = createStore(first);
    return { base, title, session, authority, tray: createTray(), hub: openHub({ session, authority: authority.get }) };
  }, [base, title, session, first]);
  useEffect(() => page.hub.close, [page]);
  return (
    <PageContext value={page}>
      <ApolloProvider client={page.hub.client}>{children}</ApolloProvider>
    </PageContext>
  );
};
