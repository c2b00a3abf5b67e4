import type { JSX } from 'preact';
import type { TextRun } from './template-text.ts';

/** A template or a line, with what varies marked. */
export function Runs({ runs }: { runs: readonly TextRun[] }): JSX.Element {
  return (
    <>
      {runs.map(({ text, isVariable }, i) => (isVariable ? <mark key={i}>{text}</mark> : <span key={i}>{text}</span>))}
    </>
  );
}
