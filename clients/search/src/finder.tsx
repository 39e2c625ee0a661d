/** Box and form above, results on the left, the open record on the right. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { useStore } from '../../kit/store.ts';
import { Box } from './box.tsx';
import { pathNames, useDesk } from './desk.ts';
import { isEmpty } from './plan.ts';
import { PlacePage, VehiclePage } from './record/found.tsx';
import { IncidentPage } from './record/incident.tsx';
import { PersonPage } from './record/person.tsx';
import { ReportPage } from './record/report.tsx';
import { Results } from './results/results.tsx';
import { recordTypes } from './rows.ts';
import { SaveSearch } from './saved/save.tsx';
import { useStated } from './standingcontext.ts';

export const Finder = (): ReactNode => {
  const desk = useDesk();
  const asked = useStore(desk.asked);
  const stated = useStated();
  const [path] = useLocation();
  const current = keyOf(path, desk.seenAt);
  const open = current !== undefined;
  return (
    <div className="finder" data-open={open || undefined}>
      <Box />
      <div className="columns">
        <div className="results" data-results={asked?.times ?? 0}>
          {!asked && <First />}
          {asked && !isEmpty(asked.plan) && (
            <>
              <SaveSearch key={asked.times} plan={asked.plan} />
              <Results key={`${asked.times} ${stated}`} plan={asked.plan} current={current} />
            </>
          )}
        </div>
        {open && <RecordColumn key={`${path} ${stated}`} path={path} />}
      </div>
    </div>
  );
};

const RecordColumn = ({ path }: { path: string }): ReactNode => {
  const column = useRef<HTMLElement>(null);
  const [, go] = useLocation();
  const [opened] = useState(path);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another record takes the focus once, when it opens
  useEffect(() => column.current?.focus({ preventScroll: true }), [opened]);
  const close = (): void => {
    // The focus goes back to where it came from, not to nowhere.
    document.querySelector<HTMLElement>('.results [data-current] [data-line], input[name=box]')?.focus();
    go('/');
  };
  return (
    <aside ref={column} className="record" aria-label="Record" tabIndex={-1}>
      <button type="button" className="button ghost record-close" aria-label="Close the record" onClick={close}>
        ✕
      </button>
      <Switch>
        <Route path="/person/:id">{({ id }) => <PersonPage id={decodeURIComponent(id)} />}</Route>
        <Route path="/report/:id">{({ id }) => <ReportPage id={decodeURIComponent(id)} />}</Route>
        <Route path="/incident/:id">{({ id }) => <IncidentPage id={decodeURIComponent(id)} />}</Route>
        <Route path="/vehicle/:number">{({ number }) => <VehiclePage number={number} />}</Route>
        <Route path="/address/:number">{({ number }) => <PlacePage number={number} />}</Route>
      </Switch>
    </aside>
  );
};

const First = (): ReactNode => (
  <div className="first quiet">
    <p>Type what you have. Every system that may know it is asked at once.</p>
    <ul>
      {examples.map(([example, what]) => (
        <li key={what}>
          <code>{example}</code> {what}
        </li>
      ))}
    </ul>
  </div>
);

const examples = [
  ['Smith, John 3/4/1980', 'a name, with a date of birth where you have one'],
  ['ABC*', 'a license plate: * any run, ? one character'],
  ['100 Canal St', 'an address, or two streets that meet'],
  ['504-555-0100', 'a phone: persons, callers'],
  ['B-24020-22', 'an item number in any spelling'],
  ['plate: volvo', 'a key that you name yourself'],
] as const;

const keyOf = (path: string, seenAt: (number: string) => { type: string; id: string } | undefined): string | undefined => {
  const [, name = '', id = ''] = path.split('/');
  const type = recordTypes.find((each) => pathNames[each] === name);
  if (!type || id === '') return undefined;
  if (type !== 'Vehicle' && type !== 'Place') return `${type}:${decodeURIComponent(id)}`;
  return `${type}:${seenAt(id)?.id ?? ''}`;
};
