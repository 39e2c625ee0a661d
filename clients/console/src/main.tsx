/** The vendor's console: an entry, and what is shown once a token was given. The token lives in this page's memory alone. */
import '../../kit/theme.css';
import './console.css';
import { type ReactNode, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Console } from './console.tsx';
import { Entry } from './entry.tsx';

interface Given {
  token: string;
  /** A token that was given anew is another page. */
  at: number;
}

const Page = (): ReactNode => {
  const [given, setGiven] = useState<Given>();
  const [because, setBecause] = useState('');
  const leave = (why = ''): void => {
    setGiven(undefined);
    setBecause(why);
  };
  if (!given) return <Entry because={because} onToken={(token) => setGiven({ token, at: Date.now() })} />;
  return <Console key={given.at} token={given.token} onLeave={leave} />;
};

const container = document.getElementById('page');
if (!container) throw new Error('The page has no element with the id "page".');
createRoot(container).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
