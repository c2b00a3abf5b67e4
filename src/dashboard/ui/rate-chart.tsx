import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { tickLabels } from './tick-labels.ts';

export interface RateLine {
  label: string;
  /** One of the theme's colours, such as `--blue`. */
  colour: string;
  values: readonly number[];
  /** Bars for what is rare, a filled line for the rest. */
  kind: 'line' | 'bars';
}

interface RateChartProps {
  /** Epoch seconds of each value. */
  times: readonly number[];
  lines: readonly RateLine[];
  height: number;
  label: string;
}

/** Values over time, drawn anew when they, the width or the colours change. */
export function RateChart({ times, lines, height, label }: RateChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const make = () => {
      plot.current?.destroy();
      const options = optionsOf(lines, element.clientWidth, height);
      plot.current = new uPlot(options, [[...times], ...lines.map(({ values }) => [...values])], element);
    };
    make();
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    addEventListener('themechange', make);
    return () => {
      resize.disconnect();
      removeEventListener('themechange', make);
      plot.current?.destroy();
    };
  }, [lines.map((line) => line.label).join('|'), height]);
  useEffect(() => {
    plot.current?.setData([[...times], ...lines.map(({ values }) => [...values])]);
  }, [times, lines]);
  return <div class="chart" ref={place} role="img" aria-label={label} />;
}

function optionsOf(lines: readonly RateLine[], width: number, height: number): uPlot.Options {
  const styles = getComputedStyle(document.documentElement);
  const colour = (name: string) => styles.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    // The last label stands half beyond the last value.
    padding: [10, 18, 0, 0],
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(max * 1.1, 1)] } },
    axes: [
      { ...axis, size: 28, space: 60, values: (_plot, ticks, _axis, _space, step) => tickLabels(ticks, step) },
      { ...axis, size: 46 },
    ],
    series: [
      {},
      ...lines.map((line): uPlot.Series => {
        const stroke = colour(line.colour);
        const { bars } = uPlot.paths;
        return {
          label: line.label,
          stroke,
          width: 1.5,
          fill: line.kind === 'bars' ? stroke : `color-mix(in srgb, ${stroke} 14%, transparent)`,
          points: { show: false },
          ...(line.kind === 'bars' && bars !== undefined ? { paths: bars({ size: [0.9, 100] }) } : {}),
        };
      }),
    ],
  };
}
