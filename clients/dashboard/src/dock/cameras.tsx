/** The nearest cameras, numbered as on the map; those that may be watched have a button, the others say why not. */
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import type { Gap } from '../../../kit/answer.ts';
import { metersOf } from '../../../kit/format.ts';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import type { Camera } from '../live/picture.ts';
import { cameraForm, cameraWords } from '../map/features.ts';
import { iconUrl } from '../map/icons.ts';
import { Section } from './section.tsx';

interface CamerasProps {
  edges: readonly { distanceMeters: number; node: Camera }[] | undefined;
  shown: number;
  gaps: readonly Gap[];
  /** The incident has a place at all. */
  placed: boolean;
  onWatch: (id: string) => void;
}

export const Cameras = ({ edges, shown, gaps, placed, onWatch }: CamerasProps): ReactNode => (
  <Section title="Nearest cameras" count={edges?.length}>
    <Gaps gaps={gaps} what="Cameras" />
    <ol className="cameras">
      {edges?.slice(0, shown).map(({ distanceMeters, node }, at) => {
        const form = cameraForm(node);
        return (
          <li key={node.id} className={`camera ${form}`} data-camera={node.id}>
            <span className="camera-number">{at + 1}</span>
            <img src={iconUrl(`camera-${form}`)} alt="" width={18} height={18} />
            <span className="camera-label">
              {node.label}
              <span className="quiet">
                {' '}
                {form === 'hidden' ? (node.notViewableBecause ?? cameraWords[form]) : cameraWords[form]}
              </span>
            </span>
            <span className="distance">{metersOf(distanceMeters)}</span>
            {(form === 'public' || form === 'partner') && (
              <Button className="button small" aria-label={`Watch ${node.label}`} onPress={() => onWatch(node.id)}>
                Watch
              </Button>
            )}
          </li>
        );
      })}
    </ol>
    {edges?.length === 0 && gaps.length === 0 && (
      <NothingFound>{placed ? 'No camera within 800 m.' : 'The call has no place, so no camera can be near it.'}</NothingFound>
    )}
  </Section>
);
