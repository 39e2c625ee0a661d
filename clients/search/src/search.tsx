/** The search page: the frame, what is stated, its views, and the keys of all. */
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { Link, Route, Router, Switch, useLocation } from 'wouter';
import './search.css';
import { useSources } from '../../kit/health.tsx';
import { HelpSheet } from '../../kit/help.tsx';
import { useShortcuts } from '../../kit/keys.ts';
import { usePage } from '../../kit/page.tsx';
import { Shell } from '../../kit/shell.tsx';
import { useStore } from '../../kit/store.ts';
import { AuthorityBar } from './authority/bar.tsx';
import type { Answer } from './authority/standing.ts';
import { Board } from './board/board.tsx';
import { ChartView } from './chart/view.tsx';
import { createDesk, DeskContext } from './desk.ts';
import { Finder } from './finder.tsx';
import { SourcesContext } from './freshness.tsx';
import { HistoryView } from './history/view.tsx';
import { type Release, ReleaseContext } from './release/context.ts';
import { ReleaseDialog } from './release/dialog.tsx';
import { PickedBar } from './release/picked.tsx';
import { Followed } from './saved/followed.tsx';
import { SavedView } from './saved/saved.tsx';
import { shortcutsOf } from './shortcuts.ts';
import { StandingContext, useStated } from './standingcontext.ts';

export const SearchPage = (): ReactNode => (
  <Router base="/search">
    <Page />
  </Router>
);

const Page = (): ReactNode => {
  const desk = useMemo(createDesk, []);
  const [answer, setAnswer] = useState<Answer>();
  const [help, setHelp] = useState(false);
  const [release, setRelease] = useState<Release>();
  const [path, go] = useLocation();
  const { sources } = useSources();
  const shortcuts = shortcutsOf({ go, path, onHelp: () => setHelp(true) });
  useShortcuts(shortcuts);
  const onAnswer = useCallback((next: Answer) => setAnswer(next), []);
  return (
    <DeskContext value={desk}>
      <StandingContext value={answer}>
        <SourcesContext value={sources}>
          <Shell nav={<Ways path={path} answer={answer} />} onHelp={() => setHelp(true)}>
            <ReleaseContext value={setRelease}>
              <div className="desk">
                <AuthorityBar answer={answer} onAnswer={onAnswer} />
                <Views path={path} />
                <PickedBar />
              </div>
              <ReleaseDialog release={release} onClose={() => setRelease(undefined)} />
            </ReleaseContext>
            <Followed />
            <HelpSheet shortcuts={shortcuts} open={help} onOpenChange={setHelp}>
              <p className="quiet help-foot">Everything also works by Tab and Enter; each view says what else it takes.</p>
            </HelpSheet>
          </Shell>
        </SourcesContext>
      </StandingContext>
    </DeskContext>
  );
};

const others = /^\/(board|saved|chart|looked)(\/|$)/;

/** The finder keeps its results while another view is open: nothing is asked twice for having looked away. */
const Views = ({ path }: { path: string }): ReactNode => {
  const { authority } = usePage();
  const { purpose } = useStore(authority);
  const stated = useStated();
  if (!purpose) return <Gate />;
  return (
    <>
      <div className="view" hidden={others.test(path)}>
        <Finder />
      </div>
      <Switch>
        <Route path="/board">
          <Board />
        </Route>
        <Route path="/saved">
          <SavedView />
        </Route>
        <Route path="/chart/:type/:id">
          {({ type, id }) => <ChartView key={`${type} ${id} ${stated}`} type={type} id={id} />}
        </Route>
        <Route path="/looked/:key?">{({ key }) => <HistoryView key={key} record={key} />}</Route>
      </Switch>
    </>
  );
};

const Gate = (): ReactNode => (
  <div className="gate" data-gate="">
    <h1>What is this search for?</h1>
    <p>
      State the purpose, the case and the reason above. Every question to a system of record carries them, and is written down
      with them and your name. Some records are shown for an open case alone.
    </p>
  </div>
);

const Ways = ({ path, answer }: { path: string; answer: Answer | undefined }): ReactNode => {
  const may = (label: string): boolean => answer?.who?.grants.includes(label) ?? false;
  return (
    <>
      <Way to="/" here={!others.test(path)} title="Search" />
      <Way to="/board" here={path.startsWith('/board')} title="Case board" />
      <Way to="/saved" here={path.startsWith('/saved')} title="Saved" />
      {may('hub:audit') && <Way to="/looked" here={path.startsWith('/looked')} title="Who looked" />}
    </>
  );
};

const Way = ({ to, here, title }: { to: string; here: boolean; title: string }): ReactNode => (
  <Link href={to} aria-current={here ? 'page' : undefined}>
    {title}
  </Link>
);
