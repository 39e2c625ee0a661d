/**
 * A camera's picture, where its agreement allows one. The address is signed and
 * good for two minutes, so it is asked for when the player opens, and by whom is
 * on record. HLS is played by hls.js where the browser does not by itself.
 */
import { useQuery } from '@apollo/client/react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { gapsOf } from '../../../kit/answer.ts';
import { dayOf } from '../../../kit/format.ts';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import { CameraStreamsDocument } from '../../generated/graphql.ts';
import { cameraForm, cameraWords } from '../map/features.ts';

export const CameraPanel = ({ id, onClose }: { id: string; onClose: () => void }): ReactNode => {
  const { data, error, loading } = useQuery(CameraStreamsDocument, { variables: { id } });
  const camera = data?.camera;
  const gaps = gapsOf(error);
  const playable = camera?.viewable
    ? camera.streams?.find(({ protocol, url, live }) => protocol === 'HLS' && url && live)
    : undefined;
  return (
    <section className="camera-panel" aria-label={camera ? `Camera ${camera.label}` : 'Camera'} data-camera-panel={id}>
      <header className="camera-head">
        <div>
          <h2>{camera?.label ?? (loading ? 'Asking…' : 'Not shown')}</h2>
          {camera && (
            <p className="quiet">
              {cameraWords[cameraForm(camera)]} · {camera.owner}
              {camera.agreement &&
                ` · agreement with ${camera.agreement.party}${camera.agreement.expiresAt ? ` until ${dayOf(camera.agreement.expiresAt)}` : ''}`}
            </p>
          )}
        </div>
        <Button className="button ghost" aria-label="Close the camera" onPress={onClose}>
          ✕
        </Button>
      </header>
      <Gaps gaps={gaps} what="The stream" />
      {camera && !camera.viewable && (
        <p className="notice withheld" data-notice="withheld">
          <strong>May not be watched.</strong> {camera.notViewableBecause}
        </p>
      )}
      {playable?.url && <Player url={playable.url} label={camera?.label ?? ''} />}
      {camera?.viewable && !playable && gaps.length === 0 && (
        <NothingFound>
          {camera.streams?.length
            ? `Its stream (${camera.streams.map(({ protocol, reference }) => `${protocol} ${reference}`).join(', ')}) plays in the video system, not in a browser.`
            : 'No stream is on record.'}
        </NothingFound>
      )}
    </section>
  );
};

const Player = ({ url, label }: { url: string; label: string }): ReactNode => {
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState('loading');
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    let close = (): void => {};
    let over = false;
    const open = async (): Promise<void> => {
      const { default: Hls } = await import('hls.js/light');
      if (over) return;
      if (!Hls.isSupported()) {
        element.src = url;
        return;
      }
      const hls = new Hls({ enableWorker: false, lowLatencyMode: true }); // Its worker is a blob, which the policy refuses.
      hls.on(Hls.Events.ERROR, (_event, { fatal }) => fatal && setState('failed'));
      hls.loadSource(url);
      hls.attachMedia(element);
      close = () => hls.destroy();
    };
    void open().catch(() => setState('failed'));
    return () => {
      over = true;
      close();
    };
  }, [url]);
  return (
    <div className="player" data-player={state}>
      <video
        ref={video}
        muted
        autoPlay
        playsInline
        controls
        aria-label={`Live picture of ${label}`}
        onPlaying={() => setState('playing')}
        onError={() => setState('failed')}
      />
      {state === 'failed' && (
        <p className="notice down" role="alert">
          The video system does not deliver this stream now.
        </p>
      )}
    </div>
  );
};
