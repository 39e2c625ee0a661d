/** The bar above the editors: who asks, for what purpose, on which case, why. */
import { type ReactNode, useState } from 'react';
import type { Authority } from './fetcher.ts';
import { purposes } from './purposes.ts';
import { endOf, type Settings, signIn } from './session.ts';

interface BarProps {
  settings: Settings;
  authority: Authority;
  onChange: (authority: Authority) => void;
}

export const Bar = ({ settings, authority, onChange }: BarProps): ReactNode => {
  const [failure, setFailure] = useState('');
  const change = (part: Partial<Authority>): void => onChange({ ...authority, ...part });
  const enter = (): void => {
    setFailure('');
    signIn(settings).then(
      (token) => change({ token }),
      (cause: unknown) => setFailure(cause instanceof Error ? cause.message : 'Signing in failed.'),
    );
  };
  return (
    <form className="hub-bar" autoComplete="off" onSubmit={(event) => event.preventDefault()}>
      <strong>RTCC hub</strong>
      {settings.issuer && !authority.token && (
        <button type="button" onClick={enter}>
          Sign in
        </button>
      )}
      {authority.token && (
        <button type="button" onClick={() => change({ token: '' })}>
          Sign out
        </button>
      )}
      <Field label="Token" type="password" value={authority.token} onInput={(token) => change({ token: token.trim() })} />
      <label>
        Purpose
        <select name="purpose" value={authority.purpose} onChange={(event) => change({ purpose: event.target.value })}>
          {Object.entries(purposes).map(([code, text]) => (
            <option key={code} value={code}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <Field label="Case" value={authority.caseNumber} onInput={(caseNumber) => change({ caseNumber })} />
      <Field label="Reason" value={authority.reason} onInput={(reason) => change({ reason })} />
      <output>{failure || standing(authority.token)}</output>
    </form>
  );
};

interface FieldProps {
  label: string;
  value: string;
  type?: string;
  onInput: (value: string) => void;
}

const Field = ({ label, value, type = 'text', onInput }: FieldProps): ReactNode => (
  <label>
    {label}
    <input
      name={label.toLowerCase()}
      type={type}
      value={value}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => onInput(event.target.value)}
    />
  </label>
);

const standing = (token: string): string => {
  if (!token) return 'Not signed in: paste a token or sign in.';
  const end = endOf(token);
  return end ? `Signed in until ${new Date(end).toLocaleTimeString()}.` : 'A token is set.';
};
