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
  const { data, error, loading, refetch } = useQuery(CameraStreamsDocument, { variables: { id } });
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
      {playable?.url && <Player url={playable.url} label={camera?.label ?? ''} onEnded={() => void refetch()} />}
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

interface PlayerProps {
  url: string;
  label: string;
  /** The address has ended, or its server gives nothing: whether there is another is for the hub to say. */
  onEnded: () => void;
}

const Player = ({ url, label, onEnded }: PlayerProps): ReactNode => {
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<'loading' | 'playing' | 'failed'>('loading');
  const ended = useRef(onEnded);
  ended.current = onEnded;
  useEffect(() => {
    if (!video.current) return;
    const playing = play(video.current, url, () => {
      setState('failed');
      ended.current();
    });
    return playing.stop;
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
          The video system does not deliver this stream now. It is asked for again.
        </p>
      )}
    </div>
  );
};

/** Between two attempts at a stream that fails. */
const pauseMs = 5_000;

/** The player is loaded when it is needed; its worker is a blob, which the page's policy refuses, so it does without. */
const play = (element: HTMLVideoElement, url: string, onFailed: () => void): { stop: () => void } => {
  let over = false;
  let stop = (): void => {};
  const open = async (): Promise<void> => {
    const { default: Hls } = await import('hls.js/light');
    if (over) return;
    if (!Hls.isSupported()) {
      element.src = url;
      return;
    }
    const hls = new Hls({ enableWorker: false });
    let timer: ReturnType<typeof setTimeout> | undefined;
    hls.on(Hls.Events.ERROR, (_event, { fatal }) => {
      if (fatal && timer === undefined) timer = setTimeout(onFailed, pauseMs);
    });
    hls.loadSource(url);
    hls.attachMedia(element);
    stop = () => {
      clearTimeout(timer);
      hls.destroy();
    };
  };
  open().catch(onFailed);
  return {
    stop: () => {
      over = true;
      stop();
    },
  };
};
