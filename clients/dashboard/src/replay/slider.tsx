/** The time slider: back through the last hours, and playing on from there; Live is one key away. */
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Button, Label, Slider, SliderOutput, SliderThumb, SliderTrack } from 'react-aria-components';
import { useNow } from '../../../kit/clock.ts';
import { ageOf, clockOf, timeOf } from '../../../kit/format.ts';

interface ReplayProps {
  at: string | undefined;
  onChange: (at: string | undefined) => void;
  loading: boolean;
}

export const spansMinutes = [15, 60, 240] as const;
const speeds = [1, 10, 60] as const;
/** While it plays, a picture of the past is asked for this often. */
const stepMs = 1_000;

export const Replay = ({ at, onChange, loading }: ReplayProps): ReactNode => {
  const now = useNow();
  const [span, setSpan] = useState<number>(spansMinutes[1]);
  const [speed, setSpeed] = useState(0);
  const from = now - span * 60_000;
  const value = at === undefined ? now : Math.max(from, Math.min(now, Date.parse(at)));
  const words = at === undefined ? 'now' : `${clockOf(at)}, ${ageOf(at, now)} ago`;
  const input = useRef<HTMLInputElement>(null);
  // The component says numbers alone, and nobody knows an instant by its milliseconds.
  useLayoutEffect(() => input.current?.setAttribute('aria-valuetext', words));
  const go = (to: number): void => onChange(to >= Date.now() - 2_000 ? undefined : new Date(to).toISOString());
  useEffect(() => {
    if (at === undefined) return setSpeed(0);
    if (speed === 0) return;
    const timer = setTimeout(() => {
      const to = Date.parse(at) + speed * stepMs;
      onChange(to >= Date.now() ? undefined : new Date(to).toISOString());
    }, stepMs);
    return () => clearTimeout(timer);
  }, [at, speed, onChange]);
  return (
    <fieldset className="replay" data-replay={at === undefined ? 'live' : 'past'} aria-label="Replay">
      <Button
        className={`button small ${at === undefined ? 'now' : ''}`}
        onPress={() => onChange(undefined)}
        aria-pressed={at === undefined}
      >
        Live
      </Button>
      <Slider
        className="slider"
        minValue={from}
        maxValue={now}
        step={1_000}
        value={value}
        onChange={(to) => go(Array.isArray(to) ? (to[0] ?? now) : to)}
      >
        <Label className="visually-hidden">Time shown</Label>
        <span className="slider-end">{timeOf(from)}</span>
        <SliderTrack className="slider-track">
          <SliderThumb className="slider-thumb" inputRef={input} />
        </SliderTrack>
        <SliderOutput className="slider-now">
          {words}
          {at !== undefined && loading && ' …'}
        </SliderOutput>
      </Slider>
      <fieldset className="replay-speeds" aria-label="Play">
        {speeds.map((each) => (
          <Button
            key={each}
            className="button small"
            isDisabled={at === undefined}
            aria-pressed={speed === each}
            aria-label={`Play ${each} times as fast`}
            onPress={() => setSpeed(speed === each ? 0 : each)}
          >
            {each}×
          </Button>
        ))}
      </fieldset>
      <select
        className="input small"
        aria-label="How far back"
        value={span}
        onChange={(event) => setSpan(Number(event.target.value))}
      >
        {spansMinutes.map((minutes) => (
          <option key={minutes} value={minutes}>
            {minutes < 60 ? `${minutes} min` : `${minutes / 60} h`}
          </option>
        ))}
      </select>
    </fieldset>
  );
};
