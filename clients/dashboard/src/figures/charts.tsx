/** The charts' one look: bars, a few colors that also differ in lightness, words from the page's own font. */
import type { ReactNode } from 'react';
import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { useRem } from '../../../kit/rem.ts';

export interface Series {
  key: string;
  title: string;
  color: string;
}

interface BarsProps {
  rows: readonly Record<string, string | number | null>[];
  series: readonly Series[];
  stacked?: boolean;
  /** Bars lie: for names that are longer than a column is wide. */
  lying?: boolean;
  unit?: string;
}

const rowPixels = 26;
const standing = 240;

const line = { stroke: '#2a3a4b' };

export const Bars = ({ rows, series, stacked, lying, unit = '' }: BarsProps): ReactNode => {
  const scale = useRem() / 14;
  const tick = { fill: '#a9bacb', fontSize: 12 * scale };
  const names = { dataKey: 'name', type: 'category', tick, tickLine: false, axisLine: line, interval: 0 } as const;
  const values = { type: 'number', tick, tickLine: false, axisLine: line, unit, allowDecimals: false } as const;
  return (
    <ResponsiveContainer width="100%" height={(lying ? rows.length * rowPixels + 70 : standing) * scale}>
      <BarChart
        data={[...rows]}
        layout={lying ? 'vertical' : 'horizontal'}
        margin={{ top: 8, right: 16, bottom: 4, left: 4 }}
        accessibilityLayer={false}
      >
        <CartesianGrid stroke="#1d2a38" horizontal={!lying} vertical={Boolean(lying)} />
        {lying ? <XAxis {...values} /> : <XAxis {...names} interval="equidistantPreserveStart" />}
        {lying ? <YAxis {...names} width={190 * scale} /> : <YAxis {...values} width={52 * scale} />}
        <Tooltip
          cursor={{ fill: '#1e2c3b' }}
          contentStyle={{ background: '#101821', border: '1px solid #4a6078' }}
          labelStyle={{ color: '#eaf1f8' }}
          itemStyle={{ color: '#eaf1f8' }}
        />
        {series.length > 1 && <Legend formatter={(title: string) => <span className="legend-word">{title}</span>} />}
        {series.map(({ key, title, color }) => (
          <Bar key={key} dataKey={key} name={title} fill={color} isAnimationActive={false} {...(stacked && { stackId: 'all' })} />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
};
