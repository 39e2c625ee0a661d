/** Where a system's engineer gives the token that the system got from its issuer: services have credentials, not passwords. */
import { type FormEvent, type ReactNode, useState } from 'react';

interface EntryProps {
  because: string;
  onToken: (token: string) => void;
}

export const Entry = ({ because, onToken }: EntryProps): ReactNode => {
  const [missing, setMissing] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget).get('token') ?? '')
      .trim()
      .replace(/^Bearer\s+/i, '');
    if (token) onToken(token);
    else setMissing(true);
  };
  const notice = missing ? 'A token is needed.' : because;
  return (
    <main className="signin">
      <h1>Vendor console</h1>
      <p className="quiet">
        What your system may run, how much of it, and what went wrong. Paste an access token of the system: it stays in this
        page’s memory, and is gone with it.
      </p>
      {notice && (
        <p className="notice failed" role="alert">
          {notice}
        </p>
      )}
      <form className="entry" onSubmit={submit}>
        <label htmlFor="token">Access token</label>
        <input className="input mono" id="token" name="token" type="password" autoComplete="off" spellCheck={false} />
        <button className="button primary large" type="submit">
          Show
        </button>
      </form>
    </main>
  );
};
