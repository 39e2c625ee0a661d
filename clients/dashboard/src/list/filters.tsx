/** What narrows the list and the map together: words, urgency, status, districts, types. */
import { type ReactNode, useRef } from 'react';
import {
  Button,
  Dialog,
  DialogTrigger,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField,
  type Selection,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components';
import { wordsOf } from '../../../kit/format.ts';
import type { IncidentStatus } from '../../generated/graphql.ts';
import { urgencyWords } from '../priority.ts';
import { firstView, statuses, type View, type ViewStore } from '../view.ts';
import type { Choices } from './rows.ts';

interface FiltersProps {
  view: View;
  change: ViewStore['change'];
  choices: Choices;
  shown: number;
  all: number;
}

export const Filters = ({ view, change, choices, shown, all }: FiltersProps): ReactNode => {
  const field = useRef<HTMLInputElement>(null);
  const narrowed = shown !== all || view.text !== '';
  return (
    <search className="filters" aria-label="Filter the incidents">
      <SearchField className="filter-text" aria-label="Filter by words" value={view.text} onChange={(text) => change({ text })}>
        <Input ref={field} className="input" placeholder="Filter: call, address, unit, number  ( / )" data-filter="" />
      </SearchField>
      <div className="filter-line">
        <ToggleButtonGroup
          aria-label="Urgency"
          selectionMode="multiple"
          selectedKeys={view.priorities}
          onSelectionChange={(keys) => change({ priorities: [...keys].map(String) })}
        >
          {(['2', '1', '0'] as const).map((urgency) => (
            <ToggleButton key={urgency} id={urgency} className={`button small urgency-${urgency}`}>
              {urgencyWords[urgency]}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <Choice
          title="District"
          options={choices.districts.map((code) => ({ code, text: `District ${code}` }))}
          chosen={view.districts}
          onChange={(districts) => change({ districts })}
        />
        <Choice
          title="Type"
          options={choices.types.map(({ code, text, count }) => ({ code, text: `${text} (${count})` }))}
          chosen={view.types}
          onChange={(types) => change({ types })}
        />
        <Choice
          title="Status"
          options={statuses.map((code) => ({ code, text: wordsOf(code) }))}
          chosen={view.statuses}
          onChange={(chosen) => change({ statuses: chosen as IncidentStatus[] })}
        />
      </div>
      <p className="filter-sum">
        <strong>{shown}</strong> {shown === all ? 'calls' : `of ${all} calls`}
        {narrowed && (
          <Button
            className="button link"
            onPress={() => {
              const { districts, priorities, types, statuses: none, text } = firstView;
              change({ districts, priorities, types, statuses: none, text });
            }}
          >
            Show all
          </Button>
        )}
      </p>
    </search>
  );
};

interface ChoiceProps {
  title: string;
  options: readonly { code: string; text: string }[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

const Choice = ({ title, options, chosen, onChange }: ChoiceProps): ReactNode => (
  <DialogTrigger>
    <Button className="button small" data-active={chosen.length > 0 || undefined}>
      {title}
      {chosen.length > 0 && `: ${chosen.length > 2 ? chosen.length : chosen.map(wordsOf).join(', ')}`}{' '}
      <span aria-hidden="true">▾</span>
    </Button>
    <Popover className="popover" placement="bottom start">
      <Dialog aria-label={title}>
        <Label className="visually-hidden">{title}</Label>
        <ListBox
          className="choices"
          aria-label={title}
          selectionMode="multiple"
          selectedKeys={chosen}
          onSelectionChange={(keys: Selection) =>
            onChange(keys === 'all' ? options.map(({ code }) => code) : [...keys].map(String))
          }
          renderEmptyState={() => <p className="quiet">Nothing to choose from yet.</p>}
        >
          {options.map(({ code, text }) => (
            <ListBoxItem key={code} id={code} textValue={text} className="choice">
              {text}
            </ListBoxItem>
          ))}
        </ListBox>
      </Dialog>
    </Popover>
  </DialogTrigger>
);
