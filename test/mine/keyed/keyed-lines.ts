import * as fc from 'fast-check';
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
  return `${kind} ${decoder.decode((spans.plain ?? bytes).slice(spans.start[i], spans.end[i]))}`;
}

const FRAGMENTS =
  '0 1 7 12 2024 10:20:30 a f x ab add ms s KB B sec true None root for by user User is May Jun Monday Fri UTC PDT AM face ' +
  'deadbeef abcdefab 0x 0x1f . .. ... / ./ ../ ~/ // \\ \\\\ C:\\ D:/ : :: , ; = == ( ) () [ ] [] { } {} " "" \' < > <*> ! ? @ # ## $ * - -- _ + % ' +
  'http https://a.b/c?d=e hdfs:// example.com ns1.example.org a.b.io x.sh org.apache.Foo Foo@1a2b x@y.com eth1 r24 part-00590 ' +
  'core.2275 CPU#0 i-fetch...0 L3.....0 fe80::1 aa:bb:cc:dd:ee:ff 1.5 -3 +4 5% 99.9% 15ms 4KiB/s v1.2.3 n/a read/write a/b.c /var/log "curl/7.1 ' +
  'on off Yes NO bytes 3µs 1.5μs seconds uid=- "-" :␣_ :␣no '.replaceAll('␣', ' ') +
  'é 漢 🙂 ， 、 （ ） \u00a0 \u3000 \u001b[31m \u001b';

const PAIRS = [
  ' a=1',
  ' b-c.d=e,',
  ' f="g h"',
  ' i="j"',
  ' msg="k l"',
  '?m=n&o=p',
  ' 1q=r',
  ' s="t \\" u',
  ' v==w',
  '("x"=',
  '(a, b7-3,c)',
  ' [d,"e f", g]',
  '{h, ab-12}',
];

/** Texts made of what the scanner's rules look at, glued together every which way. */
export const keyBait: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...FRAGMENTS.split(' ')) },
      { weight: 1, arbitrary: fc.constant(' ') },
      { weight: 1, arbitrary: fc.constantFrom(...PAIRS) },
    ),
    {
      maxLength: 10,
    },
  )
  .map((fragments) => fragments.join(''));
