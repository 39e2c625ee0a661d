/** The advanced form: each field goes where it says, nothing is guessed. */
import { type FormEvent, type ReactNode, useState } from 'react';
import { useDesk } from './desk.ts';
import { planOfForm } from './formplan.ts';

interface Field {
  name: string;
  label: string;
  hint?: string;
  type?: 'date' | 'number';
}

const groups: { title: string; fields: Field[] }[] = [
  {
    title: 'Persons',
    fields: [
      { name: 'name', label: 'Name' },
      { name: 'dateOfBirth', label: 'Date of birth', hint: '3/4/1980' },
      { name: 'tolerance', label: '± days', type: 'number' },
      { name: 'sex', label: 'Sex', hint: 'FEMALE, MALE' },
      { name: 'phone', label: 'Phone' },
    ],
  },
  {
    title: 'Vehicles and addresses',
    fields: [
      { name: 'plate', label: 'Plate', hint: 'ABC*' },
      { name: 'address', label: 'Address', hint: 'words of it' },
      { name: 'item', label: 'Item number' },
    ],
  },
  {
    title: 'Calls and reports of a time',
    fields: [
      { name: 'from', label: 'From', type: 'date' },
      { name: 'to', label: 'Up to', type: 'date' },
      { name: 'districts', label: 'Districts', hint: '1, 8' },
      { name: 'types', label: 'Call types', hint: '64G, 21*' },
      { name: 'signals', label: 'Report signals', hint: '64G' },
      { name: 'nibrs', label: 'NIBRS', hint: '120' },
    ],
  },
];

export const AdvancedForm = (): ReactNode => {
  const desk = useDesk();
  const [wrong, setWrong] = useState('');
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.currentTarget).entries()) as Record<string, string>;
    const planned = planOfForm(values, new Date().getFullYear());
    setWrong(typeof planned === 'string' ? planned : '');
    if (typeof planned !== 'string') desk.ask(planned);
  };
  return (
    <form className="advanced" aria-label="Advanced search" onSubmit={submit}>
      {groups.map(({ title, fields }) => (
        <fieldset key={title}>
          <legend>{title}</legend>
          {fields.map(({ name, label, hint, type }) => (
            <label key={name}>
              <span>{label}</span>
              <input
                className="input"
                name={name}
                type={type ?? 'text'}
                autoComplete="off"
                {...(hint && { placeholder: hint })}
              />
            </label>
          ))}
        </fieldset>
      ))}
      <div className="advanced-foot">
        <button type="submit" className="button primary">
          Search
        </button>
        <button type="reset" className="button">
          Clear
        </button>
        {wrong && <span role="alert">{wrong}</span>}
      </div>
    </form>
  );
};
