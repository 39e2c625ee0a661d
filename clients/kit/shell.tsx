/** The frame of a page: title, ways, connection, clock, alerts, who is signed in; health along the foot. */
import { useQuery } from '@apollo/client/react';
import type { ReactNode } from 'react';
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { useNow } from './clock.ts';
import { clockOf, dayOf, wordsOf } from './format.ts';
import { WhoAmIDocument } from './generated/graphql.ts';
import { HealthStrip } from './health.tsx';
import { usePage } from './page.tsx';
import { RenewalPrompt } from './signin.tsx';
import { useStore } from './store.ts';
import { Announcer, TrayButton } from './traybutton.tsx';

export interface ShellProps {
  /** Links of the page: pass `<a>`s; the one with `aria-current` is where we are. */
  nav: ReactNode;
  /** More of the top bar, before the clock. */
  tools?: ReactNode;
  onHelp: () => void;
  children: ReactNode;
}

export const Shell = ({ nav, tools, onHelp, children }: ShellProps): ReactNode => {
  const { title, session } = usePage();
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="topbar">
        <span className="brand">{title}</span>
        <nav aria-label="Pages">{nav}</nav>
        <span className="topbar-space" />
        {tools}
        <LiveMark />
        <Clock />
        <TrayButton />
        <Button className="button ghost" aria-label="Keys and help" onPress={onHelp}>
          ?
        </Button>
        <Account />
      </header>
      <RenewalPrompt session={session} />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <HealthStrip />
      <Announcer />
    </div>
  );
};

const Clock = (): ReactNode => {
  const now = useNow();
  return (
    <time className="clock" title={dayOf(now)}>
      {clockOf(now)}
    </time>
  );
};

const LiveMark = (): ReactNode => {
  const { hub } = usePage();
  const state = useStore(hub.live);
  const words = {
    idle: 'Not connected',
    connecting: 'Connecting…',
    live: 'Live',
    broken: `Reconnecting since ${'since' in state ? clockOf(state.since) : ''}`,
    unauthorized: 'Signed out by the hub',
  }[state.kind];
  return (
    <span className={`live ${state.kind}`} data-live={state.kind} title={state.kind === 'broken' ? state.because : words}>
      <span className="live-mark" aria-hidden="true" />
      {words}
    </span>
  );
};

const Account = (): ReactNode => {
  const { session } = usePage();
  const { data } = useQuery(WhoAmIDocument);
  const me = data?.me;
  const role = me?.roles.map(wordsOf).join(', ') || 'Account';
  return (
    <DialogTrigger>
      <Button className="button ghost" aria-label={`${role} (account)`}>
        {role}
      </Button>
      <Popover className="popover" placement="bottom end">
        <Dialog className="account" aria-label="Account">
          {me && (
            <dl className="facts">
              <dt>Signed in as</dt>
              <dd>{me.subject}</dd>
              <dt>Agency</dt>
              <dd>
                {me.agency.name} ({me.agency.ori})
              </dd>
              <dt>Certificates</dt>
              <dd>{me.certifications.map(({ name, valid }) => `${name}${valid ? '' : ' (lapsed)'}`).join(', ') || 'none'}</dd>
              <dt>Assigned cases</dt>
              <dd>{me.assignments.join(', ') || 'none'}</dd>
              <dt>Granted now</dt>
              <dd className="grants">{me.grants.join(', ') || 'nothing beyond what everybody may see'}</dd>
            </dl>
          )}
          <Button className="button" onPress={session.leave}>
            Sign out
          </Button>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
};
