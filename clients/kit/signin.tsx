/** The page before anybody has signed in, and the prompt when a sign-in ends. */
import { type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components';
import { useNow } from './clock.ts';
import { durationOf } from './format.ts';
import type { Session } from './session.ts';
import { useStore } from './store.ts';

interface SignInProps {
  title: string;
  session: Session;
  because: string | undefined;
}

export const SignIn = ({ title, session, because }: SignInProps): ReactNode => {
  const [failure, setFailure] = useState(because);
  return (
    <main className="signin">
      <h1>{title}</h1>
      <p className="quiet">Sign in with your agency’s account. What you look up is recorded with your name.</p>
      {failure && (
        <p className="notice failed" role="alert">
          {failure}
        </p>
      )}
      <Button
        className="button primary large"
        autoFocus
        onPress={() => void session.enter().catch((cause: unknown) => setFailure(wordsOf(cause)))}
      >
        Sign in
      </Button>
    </main>
  );
};

/** Above everything while the sign-in is about to end or has ended; what the page shows stays. */
export const RenewalPrompt = ({ session }: { session: Session }): ReactNode => {
  const state = useStore(session.state);
  const now = useNow();
  const [failure, setFailure] = useState('');
  const ended = state.kind === 'ended';
  if (!ended && !(state.kind === 'in' && state.endsSoon)) return null;
  return (
    <div className={`renewal ${ended ? 'bad' : 'warn'}`} role="alert" data-renewal={ended ? 'ended' : 'soon'}>
      <span>
        {ended
          ? 'Your sign-in has ended. What you see stands still until you sign in again.'
          : `Your sign-in ends in ${durationOf((state.endsAt - now) / 1_000)}.`}{' '}
        {failure}
      </span>
      <Button
        className="button primary"
        onPress={() =>
          void session.renew().then(
            () => setFailure(''),
            (cause: unknown) => setFailure(wordsOf(cause)),
          )
        }
      >
        {ended ? 'Sign in again' : 'Stay signed in'}
      </Button>
    </div>
  );
};

const wordsOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'Signing in failed.');
