/** GraphiQL over one hub. A new token makes a new fetcher, and with it a fresh socket and a fresh look at the schema. */
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import { GraphiQL } from 'graphiql';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Bar } from './bar.tsx';
import { type Authority, hubFetcher } from './fetcher.ts';
import { memoryStorage } from './memory.ts';
import { readSettings, type Settings } from './session.ts';
import { starterTabs } from './tabs.ts';

const endpoint = new URL('/graphql', location.origin);
const storage = memoryStorage();

export const show = async (container: Element): Promise<void> => {
  const settings = await readSettings().catch(() => ({}));
  container.textContent = '';
  createRoot(container).render(<Explorer settings={settings} />);
};

const Explorer = ({ settings }: { settings: Settings }): ReactNode => {
  const [authority, setAuthority] = useState<Authority>({ token: '', purpose: '', caseNumber: '', reason: '' });
  const latest = useRef(authority);
  latest.current = authority;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a token is read when the socket opens, so a new one needs a new socket
  const hub = useMemo(() => hubFetcher(endpoint, () => latest.current), [authority.token]);
  useEffect(() => hub.dispose, [hub]);
  return (
    <>
      <Bar settings={settings} authority={authority} onChange={setAuthority} />
      <GraphiQL
        fetcher={hub.fetcher}
        storage={storage}
        defaultTabs={starterTabs}
        initialVariables={starterTabs[0]?.variables ?? ''}
        defaultEditorToolsVisibility="variables"
        isHeadersEditorEnabled={false}
      />
    </>
  );
};
