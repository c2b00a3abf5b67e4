import type { JSX } from 'preact';
import { Runs } from './runs.tsx';
import { templateRuns } from './template-text.ts';

const SHOWN_CHARS = 10_000;
/** Fewer need no scrolling, however narrow the panel. */
const SCROLLS_FROM_CHARS = 300;

/** A template in full; a long one scrolls, also by the keyboard. */
export function TemplateText({ template }: { template: string }): JSX.Element {
  const scrolls =
    template.length < SCROLLS_FROM_CHARS
      ? {}
      : { tabIndex: 0, role: 'region' as const, 'aria-label': 'Whole template' };
  return (
    <div class="template-text mono wrap" {...scrolls}>
      <Runs runs={templateRuns(template.slice(0, SHOWN_CHARS))} />
    </div>
  );
}
