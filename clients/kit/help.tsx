/** The help sheet: every key of the page, from the table that the listener itself reads. */
import type { ReactNode } from 'react';
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { Shortcut } from './keys.ts';

interface HelpProps {
  shortcuts: readonly Shortcut[];
  open: boolean;
  onOpenChange: (open: boolean) => void;
  children?: ReactNode;
}

export const HelpSheet = ({ shortcuts, open, onOpenChange, children }: HelpProps): ReactNode => (
  <ModalOverlay className="overlay" isOpen={open} onOpenChange={onOpenChange} isDismissable>
    <Modal className="modal wide">
      <Dialog>
        <header className="modal-head">
          <Heading slot="title">Keys</Heading>
          <Button className="button ghost" slot="close">
            Close
          </Button>
        </header>
        <div className="help-groups">
          {groupsOf(shortcuts).map(([group, members]) => (
            <section key={group}>
              <h3>{group}</h3>
              <dl>
                {members.map(({ keys, does }) => (
                  <div key={does} className="help-row">
                    <dt>
                      {keys.map((key) => (
                        <kbd key={key}>{nameOf(key)}</kbd>
                      ))}
                    </dt>
                    <dd>{does}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
        {children}
      </Dialog>
    </Modal>
  </ModalOverlay>
);

const groupsOf = (shortcuts: readonly Shortcut[]): [string, Shortcut[]][] => {
  const groups = new Map<string, Shortcut[]>();
  for (const shortcut of shortcuts) groups.set(shortcut.group, [...(groups.get(shortcut.group) ?? []), shortcut]);
  return [...groups];
};

const names: Record<string, string> = {
  ' ': 'Space',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
};
const nameOf = (key: string): string => names[key] ?? key;
