import { createMiner } from '../../../src/mine/create-miner.ts';
import type { MinedTemplate, ParameterSpans, TemplateMiner } from '../../../src/mine/template-miner.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function keyedMiner(maxTemplates = 1000): TemplateMiner {
  return createMiner({ profile: 'default', simTh: 0.4, maxTemplates });
}

export function mineText(miner: TemplateMiner, text: string): MinedTemplate {
  const bytes = encoder.encode(text);
  return miner.mine(bytes, 0, bytes.length);
}

export function templateOf(text: string): MinedTemplate {
  return mineText(keyedMiner(), text);
}

/** Values and kinds, as `kind value`. */
export function valuesIn(miner: TemplateMiner, template: MinedTemplate, text: string): string[] {
  const bytes = encoder.encode(text);
  const spans = miner.parameters(template, bytes, 0, bytes.length);
  return Array.from({ length: spans.count }, (_, i) => spanText(spans, bytes, i));
}

function spanText(spans: ParameterSpans, bytes: Uint8Array, i: number): string {
  const kind = ['number', 'word', 'other'][spans.kind[i]!];
  return `${kind} ${decoder.decode(bytes.slice(spans.start[i], spans.end[i]))}`;
}
