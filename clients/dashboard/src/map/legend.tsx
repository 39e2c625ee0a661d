/** What each sign means, and the switches of the layers; the numbers are keys. */
import type { ReactNode } from 'react';
import { ToggleButton } from 'react-aria-components';
import { wordsOf } from '../../../kit/format.ts';
import type { LayerName } from '../view.ts';
import { cameraWords } from './features.ts';
import { iconUrl } from './icons.ts';

interface LegendProps {
  hidden: readonly LayerName[];
  onToggle: (name: LayerName) => void;
  counts: Partial<Record<LayerName, number>>;
}

export const layerTitles: Record<LayerName, string> = {
  incidents: 'Incidents',
  units: 'Units',
  trails: 'Trails',
  public: 'Public cameras',
  partner: 'Partner cameras',
  zones: 'Zones',
};

const samples: [icon: string, words: string][] = [
  ['incident-2-waiting', 'Emergency, no unit yet'],
  ['incident-1-open', 'Priority call, units assigned'],
  ['incident-0-closed', 'Closed within the hour'],
  ['unit-AVAILABLE-moving', `${wordsOf('AVAILABLE')}, moving`],
  ['unit-EN_ROUTE-moving', 'Dispatched or en route'],
  ['unit-ON_SCENE-parked', 'On scene, standing'],
  ['unit-AVAILABLE-stale', 'Last known place: position is old'],
  ['camera-public', cameraWords.public],
  ['camera-partner', cameraWords.partner],
  ['camera-hidden', cameraWords.hidden],
  ['camera-out', cameraWords.out],
];

export const Layers = ({ hidden, onToggle, counts }: LegendProps): ReactNode => (
  <fieldset className="layers" aria-label="Layers">
    {(Object.keys(layerTitles) as LayerName[]).map((name, at) => (
      <ToggleButton key={name} className="button small" isSelected={!hidden.includes(name)} onChange={() => onToggle(name)}>
        <span className="key">{at + 1}</span> {layerTitles[name]}
        {counts[name] !== undefined && <span className="quiet"> {counts[name]}</span>}
      </ToggleButton>
    ))}
  </fieldset>
);

export const Legend = (): ReactNode => (
  <details className="legend">
    <summary>Legend</summary>
    <ul>
      {samples.map(([icon, words]) => (
        <li key={icon}>
          <img src={iconUrl(icon)} alt="" width={18} height={18} /> {words}
        </li>
      ))}
    </ul>
  </details>
);
