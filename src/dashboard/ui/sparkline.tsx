import type { JSX } from 'preact';

const WIDTH = 120;
const HEIGHT = 24;

/** Counts as bars, oldest first; `marks` are drawn over them where they are not 0. */
export function Sparkline(props: { counts: readonly number[]; marks?: readonly number[]; label: string }): JSX.Element {
  const { counts, marks = [] } = props;
  const max = Math.max(1, ...counts);
  const step = WIDTH / Math.max(1, counts.length);
  const bars = counts
    .map((count, i) => {
      if (count <= 0) return '';
      const height = Math.max(1, (count / max) * HEIGHT);
      return `M${(i * step).toFixed(1)} ${HEIGHT}v${(-height).toFixed(1)}h${Math.max(0.8, step - 0.4).toFixed(1)}v${height.toFixed(1)}z`;
    })
    .join('');
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      preserveAspectRatio="none"
      role="img"
      aria-label={props.label}
    >
      <path d={bars} class="sparkline-bars" />
      {marks.map(
        (mark, i) => mark > 0 && <circle key={i} cx={(i + 0.5) * step} cy="3" r="2.2" class="sparkline-mark" />,
      )}
    </svg>
  );
}

/** Sums neighbours, so that at most `most` are left. */
export function condense(counts: readonly number[], most: number): number[] {
  const each = Math.ceil(counts.length / most);
  if (each <= 1) return [...counts];
  const sums: number[] = [];
  for (let end = counts.length; end > 0; end -= each) {
    sums.unshift(counts.slice(Math.max(0, end - each), end).reduce((sum, count) => sum + count, 0));
  }
  return sums;
}
