/** For auditors, who see no record: who has looked at one, asked by its key. */
import { type FormEvent, type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { Looks } from './history.tsx';

export const HistoryView = ({ record }: { record: string | undefined }): ReactNode => {
  const [, go] = useLocation();
  const asked = record === undefined ? '' : decodeURIComponent(record);
  const [key, setKey] = useState(asked);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (key.trim()) go(`/looked/${encodeURIComponent(key.trim())}`);
  };
  return (
    <div className="view looked">
      <h1>Who has looked</h1>
      <form className="box" onSubmit={submit}>
        <input
          className="input"
          name="record"
          aria-label="The record’s key"
          placeholder="Report:… or Person:…, as the audit names it"
          value={key}
          onChange={({ target }) => setKey(target.value)}
        />
        <button type="submit" className="button primary">
          Look up
        </button>
      </form>
      {asked && <Looks record={asked} />}
    </div>
  );
};
