/** Keeps the search that is shown: to be asked again, or to be told of what matches it from now on. */
import { useMutation } from '@apollo/client/react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { gapsOf } from '../../../kit/answer.ts';
import { Gaps } from '../../../kit/notices.tsx';
import { usePage } from '../../../kit/page.tsx';
import { SaveSearchDocument } from '../../generated/graphql.ts';
import { type Plan, savableOf } from '../plan.ts';
import { useGranted } from '../standingcontext.ts';
import { savedChanged } from './changed.ts';

export const SaveSearch = ({ plan }: { plan: Plan }): ReactNode => {
  const { tray } = usePage();
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(0);
  const [run, { error, loading }] = useMutation(SaveSearchDocument);
  const options = savableOf(plan);
  const allowed = useGranted('hub:searches');
  if (options.length === 0 || !allowed) return null;
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name') ?? '').trim();
    const option = options[chosen];
    if (!option || !name) return;
    const search = { name, kind: option.kind, variables: JSON.stringify(option.variables), notify: option.live };
    const { data } = await run({ variables: { search } });
    if (!data?.saveSearch) return;
    tray.say(`Saved as ${name}.`);
    savedChanged();
    setOpen(false);
  };
  return (
    <div className="save-search">
      <button type="button" className="button small" aria-expanded={open} onClick={() => setOpen(!open)}>
        Save this search…
      </button>
      {open && (
        <form className="save-form" aria-label="Save this search" onSubmit={(event) => void submit(event)}>
          <fieldset>
            <legend className="visually-hidden">What to keep</legend>
            {options.map(({ kind, words, live }, at) => (
              <label key={`${kind} ${words}`}>
                <input type="radio" name="what" checked={chosen === at} onChange={() => setChosen(at)} />
                {live ? `Tell me: ${words.toLowerCase()}` : `Keep: ${words.toLowerCase()}`}
              </label>
            ))}
          </fieldset>
          <label>
            <span>Name</span>
            <input className="input" name="name" required maxLength={80} autoComplete="off" />
          </label>
          <button type="submit" className="button primary" disabled={loading}>
            Save
          </button>
          <Gaps gaps={gapsOf(error)} what="The search" />
        </form>
      )}
    </div>
  );
};
