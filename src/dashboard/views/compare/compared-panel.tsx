import type { JSX } from 'preact';
import type { CompareAnswer } from '../../../serve/schemas/compare.ts';
import { hrefOf } from '../../router.ts';
import { TemplateText } from '../../template/whole-template.tsx';
import { whole } from '../../ui/format.ts';
import { Level } from '../../ui/parts.tsx';
import { SidePanel } from '../../ui/side-panel.tsx';
import { chanceText, changeTone, rateText } from './compare-columns.tsx';
import type { Compared } from './compare-columns.tsx';

interface ComparedPanelProps {
  compared: Compared;
  answer: CompareAnswer;
  onClose(): void;
}

/** A template in full, and what there was of it in either window. */
export function ComparedPanel({ compared: one, answer, onClose }: ComparedPanelProps): JSX.Element {
  return (
    <SidePanel title="Template" class="template-panel" onClose={onClose}>
      <div class="panel-body grid">
        <TemplateText template={one.template} />
        <div class="row">
          <span class="badge info wrap">{one.service}</span>
          <span class={`badge ${changeTone(one.change)}`}>{one.change}</span>
          <span class="muted mono">{one.fingerprint}</span>
        </div>
        <Side title="Before (A)" count={one.count_a} rate={one.rate_a} levels={one.levels_a} />
        <Side title="After (B)" count={one.count_b} rate={one.rate_b} levels={one.levels_b} />
        <p class="muted">So large a difference by chance alone: {chanceText(one.p_value)}</p>
        <div class="row">
          {one.count_a > 0 && (
            <a class="button" href={hrefIn(answer.a, answer.source, one)}>
              Look at it in A
            </a>
          )}
          {one.count_b > 0 && (
            <a class="button" href={hrefIn(answer.b, answer.source, one)}>
              Look at it in B
            </a>
          )}
        </div>
      </div>
    </SidePanel>
  );
}

interface SideProps {
  title: string;
  count: number;
  rate: number;
  levels: Compared['levels_a'];
}

function Side({ title, count, rate, levels }: SideProps): JSX.Element {
  return (
    <div>
      <h3>{title}</h3>
      <p class="row">
        <span>
          <strong>{whole(count)}</strong> rows, {rateText(rate)} a minute
        </span>
        {Object.keys(levels).map((level) => (
          <Level key={level} level={level} />
        ))}
      </p>
    </div>
  );
}

/** The windows as they were, which may have been a length that ended then. */
function hrefIn({ start, end }: CompareAnswer['a'], source: string, { fingerprint: template }: Compared): string {
  return hrefOf('templates', { source, start, end, template });
}
