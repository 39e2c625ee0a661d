import { type ReactNode, useEffect, useRef } from 'react';
import { Shell } from '../../kit/shell.tsx';
export const Dashboard = (): ReactNode => {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    void import('../../kit/map/city.ts').then(({ openCityMap }) => place.current && openCityMap({ container: place.current }));
  }, []);
  return (
    <Shell
      nav={
        <a href="/dashboard" aria-current="page">
          Picture
        </a>
      }
      onHelp={() => {}}
    >
      <div ref={place} className="map" style={{ height: '100%' }} />
    </Shell>
  );
};
