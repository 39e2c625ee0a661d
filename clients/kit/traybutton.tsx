/** The alerts tray: a button with a count, and the list behind it. */
import type { ReactNode } from 'react';
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { ageOf, clockOf } from './format.ts';
import { usePage } from './page.tsx';
import { useStore } from './store.ts';

export const TrayButton = (): ReactNode => {
  const { tray } = usePage();
  const alerts = useStore(tray.alerts);
  const unseen = alerts.filter(({ seen }) => !seen).length;
  return (
    <DialogTrigger onOpenChange={(open) => !open && tray.seeAll()}>
      <Button className="button ghost" aria-label={`Alerts: ${unseen} new, ${alerts.length} in all`}>
        Alerts {unseen > 0 && <span className="badge">{unseen > 99 ? '99+' : unseen}</span>}
      </Button>
      <Popover className="popover" placement="bottom end">
        <Dialog className="tray" aria-label="Alerts">
          <header className="tray-head">
            <h2>Alerts</h2>
            {alerts.length > 0 && (
              <Button className="button ghost" onPress={tray.clear}>
                Clear all
              </Button>
            )}
          </header>
          {alerts.length === 0 && <p className="quiet">Nothing has happened yet that needs your attention.</p>}
          <ul>
            {alerts.map(({ id, at, level, text, action, seen }) => (
              <li key={id} className={`tray-item ${level}`} data-new={!seen || undefined}>
                <span className="tray-text">{text}</span>
                <time title={clockOf(at)}>{ageOf(at, Date.now())} ago</time>
                {action && (
                  <Button className="button link" slot="close" onPress={action.run}>
                    {action.label}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
};

/** Spoken by screen readers, politely: it waits for a pause and takes no focus. */
export const Announcer = (): ReactNode => {
  const { tray } = usePage();
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-announcer="">
      {useStore(tray.spoken)}
    </div>
  );
};
