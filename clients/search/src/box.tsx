/** The one box, how it was read, and the form for whoever wants to say exactly. */
import { type FormEvent, type ReactNode, useMemo, useState } from 'react';
import { useDesk } from './desk.ts';
import { AdvancedForm } from './form.tsx';
import { isEmpty, planOf } from './plan.ts';
import { kindWords, type Reading, understand } from './query.ts';
import { step } from './shortcuts.ts';

export const Box = (): ReactNode => {
  const desk = useDesk();
  const [text, setText] = useState('');
  const [dropped, setDropped] = useState<ReadonlySet<string>>(new Set());
  const [advanced, setAdvanced] = useState(false);
  const understood = useMemo(() => understand(text, new Date().getFullYear()), [text]);
  const readings = understood.readings.filter(({ kind }) => !dropped.has(kind));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const plan = planOf(readings);
    if (!isEmpty(plan)) desk.ask(plan, readings);
  };
  return (
    <div className="asking-for">
      <search>
        <form className="box" onSubmit={submit}>
          <input
            className="input"
            name="box"
            type="text"
            autoComplete="off"
            spellCheck={false}
            aria-label="Search: a name, date of birth, plate, address, phone or item number"
            aria-describedby="read-as"
            placeholder="Name, date of birth, plate, address, phone or item number"
            value={text}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowDown') return;
              event.preventDefault();
              step(1);
            }}
            onChange={({ target }) => {
              setText(target.value);
              setDropped(new Set());
            }}
          />
          <button type="submit" className="button primary" disabled={readings.length === 0}>
            Search
          </button>
          <button type="button" className="button" aria-expanded={advanced} onClick={() => setAdvanced(!advanced)}>
            Advanced
          </button>
        </form>
      </search>
      <p id="read-as" className="read-as" aria-live="polite">
        {understood.hint ?? <ReadAs readings={understood.readings} dropped={dropped} onToggle={setDropped} />}
      </p>
      {advanced && <AdvancedForm />}
    </div>
  );
};

interface ReadAsProps {
  readings: readonly Reading[];
  dropped: ReadonlySet<string>;
  onToggle: (dropped: ReadonlySet<string>) => void;
}

/** What the text is taken for; a press takes a reading out, another puts it back. */
const ReadAs = ({ readings, dropped, onToggle }: ReadAsProps): ReactNode =>
  readings.length > 0 && (
    <>
      Read as{' '}
      {readings.map(({ kind, value }) => (
        <button
          key={kind}
          type="button"
          className="button small reading"
          aria-pressed={!dropped.has(kind)}
          data-reading={kind}
          onClick={() =>
            onToggle(dropped.has(kind) ? new Set([...dropped].filter((each) => each !== kind)) : new Set([...dropped, kind]))
          }
        >
          {kindWords[kind]} <strong>{value}</strong>
        </button>
      ))}
    </>
  );
