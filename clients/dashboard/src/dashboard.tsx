/** The dashboard: the frame, its two pages, and the keys of both. */
import { useApolloClient } from '@apollo/client/react';
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { Button } from 'react-aria-components';
import { Link, Route, Router, Switch, useLocation } from 'wouter';
import './dashboard.css';
import { HelpSheet } from '../../kit/help.tsx';
import { type Shortcut, useShortcuts } from '../../kit/keys.ts';
import { usePage } from '../../kit/page.tsx';
import { Shell } from '../../kit/shell.tsx';
import { createPicture } from './live/picture.ts';
import { Picture } from './picture.tsx';
import { createView } from './view.ts';

const Figures = lazy(() => import('./figures/figures.tsx').then(({ Figures: component }) => ({ default: component })));

export const Dashboard = (): ReactNode => (
  <Router base="/dashboard">
    <Pages />
  </Router>
);

const Pages = (): ReactNode => {
  const client = useApolloClient();
  const { tray } = usePage();
  const live = useMemo(() => createPicture(client), [client]);
  useEffect(() => live.start(), [live]);
  const view = useMemo(createView, []);
  const [path, go] = useLocation();
  const [help, setHelp] = useState(false);
  const [own, setOwn] = useState<readonly Shortcut[]>([]);
  const shared: Shortcut[] = [
    { keys: ['p'], does: 'The picture', group: 'Everywhere', run: () => go('/') },
    { keys: ['i'], does: 'Key figures', group: 'Everywhere', run: () => go('/kpi') },
    {
      keys: ['a'],
      does: 'Alerts',
      group: 'Everywhere',
      run: () => document.querySelector<HTMLElement>('[aria-label^="Alerts"]')?.click(),
    },
    { keys: ['?'], does: 'This sheet', group: 'Everywhere', run: () => setHelp(true) },
  ];
  const shortcuts = [...(path === '/' ? own : []), ...shared];
  useShortcuts(shortcuts);
  const share = useCallback(async () => {
    await navigator.clipboard.writeText(location.href);
    tray.add({ level: 'good', text: 'The address of this view is copied: a bookmark of it is a saved view.' });
  }, [tray]);
  return (
    <Shell
      nav={
        <>
          <Way to="/" here={path === '/'} title="Picture" />
          <Way to="/kpi" here={path === '/kpi'} title="Key figures" />
        </>
      }
      tools={
        path === '/' && (
          <Button className="button ghost" onPress={() => void share()}>
            Copy view
          </Button>
        )
      }
      onHelp={() => setHelp(true)}
    >
      <Switch>
        <Route path="/kpi">
          <Suspense fallback={<p className="wait">Loading the figures…</p>}>
            <Figures />
          </Suspense>
        </Route>
        <Route>
          <Picture live={live} view={view} onShortcuts={setOwn} />
        </Route>
      </Switch>
      <HelpSheet shortcuts={shortcuts} open={help} onOpenChange={setHelp}>
        <p className="quiet help-foot">
          In the list, arrow keys move, Home and End go to its ends. Everything also works by Tab and Enter.
        </p>
      </HelpSheet>
    </Shell>
  );
};

const Way = ({ to, here, title }: { to: string; here: boolean; title: string }): ReactNode => (
  <Link href={to} aria-current={here ? 'page' : undefined}>
    {title}
  </Link>
);
