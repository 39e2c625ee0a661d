/**
 * A camera's picture, where its agreement allows one. The address is signed and
 * good for two minutes: it is asked for when the player opens and again before it
 * ends, so an agreement that is revoked ends the picture, and who watched is on record.
 */
import { useQuery } from '@apollo/client/react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { gapsOf } from '../../../kit/answer.ts';
import { dayOf } from '../../../kit/format.ts';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import { CameraStreamsDocument } from '../../generated/graphql.ts';
import { cameraForm, cameraWords } from '../map/features.ts';

/** Addresses are good for two minutes. */
const renewMs = 80_000;

export const CameraPanel = ({ id, onClose }: { id: string; onClose: () => void }): ReactNode => {
  const { data, error, loading } = useQuery(CameraStreamsDocument, { variables: { id }, pollInterval: renewMs });
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
  const latest = useRef(url);
  latest.current = url;
  const [state, setState] = useState<'loading' | 'playing' | 'failed'>('loading');
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is a new player
  useEffect(() => {
    if (!video.current) return;
    const playing = play(video.current, latest, () => setState('failed'));
    return playing.stop;
  }, [attempt]);
  useEffect(() => {
    if (state !== 'failed') return;
    const timer = setTimeout(() => setAttempt((before) => before + 1), pauseMs);
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <div className="player" data-player={state}>
      <video
        ref={video}
        muted
        autoPlay
        playsInline
        controls
        aria-label={`Live picture of ${label}`}
        onTimeUpdate={() => setState('playing')}
        onError={() => setState('failed')}
      />
      {state === 'failed' && (
        <p className="notice down" role="alert">
          The video system does not deliver this stream now. It is tried again.
        </p>
      )}
    </div>
  );
};

/** Between two attempts at a stream that fails. */
const pauseMs = 5_000;

/** The player is loaded when it is needed; its worker is a blob, which the page's policy refuses, so it does without. */
const play = (element: HTMLVideoElement, latest: { current: string }, onFailed: () => void): { stop: () => void } => {
  let over = false;
  let stop = (): void => {};
  const open = async (): Promise<void> => {
    const { default: Hls } = await import('hls.js/light');
    if (over) return;
    const first = folderOf(latest.current);
    const hls = new Hls({
      enableWorker: false,
      // Whatever belongs to the stream is asked for under its latest address: the first has ended meanwhile.
      xhrSetup: (request, asked) => request.open('GET', asked.replace(first, folderOf(latest.current)), true),
    });
    hls.on(Hls.Events.ERROR, (_event, { fatal }) => fatal && onFailed());
    hls.on(Hls.Events.MANIFEST_PARSED, () => void element.play().catch(() => undefined)); // Where it may not begin by itself, its controls can.
    hls.loadSource(latest.current);
    hls.attachMedia(element);
    stop = () => hls.destroy();
  };
  open().catch(onFailed);
  return {
    stop: () => {
      over = true;
      stop();
    },
  };
};

const folderOf = (url: string): string => url.slice(0, url.lastIndexOf('/') + 1);
