import { afterAll, describe, expect, it } from 'vitest';
import { transcodeJson } from '../../src/decode/transcode-json.ts';
import { JsonTranscoder } from '../../src/live/json-transcoder.ts';
import { logsRequestJson } from '../decode/otlp-samples.ts';

const transcoder = new JsonTranscoder();
afterAll(() => transcoder.close());

function body(lines: number): Uint8Array {
  const records = Array.from({ length: lines }, (_, i) => ({ body: `order ${i} placed`, severityNumber: 9 }));
  return new TextEncoder().encode(JSON.stringify(logsRequestJson({ service: 'shop', records })));
}

describe('the JSON transcoder', () => {
  it('takes small bodies on the spot', () => {
    const small = body(3);
    expect(transcoder.transcode(small)).toEqual(transcodeJson(small));
  });

  it('S12: takes large bodies to another thread, with the same result', async () => {
    const large = body(30_000);
    expect(large.length).toBeGreaterThan(1 << 20);
    const pending = transcoder.transcode(large);
    expect(pending).toBeInstanceOf(Promise);
    const { bytes, warning } = await pending;
    const expected = transcodeJson(large);
    expect(warning).toBe(expected.warning);
    expect(Buffer.compare(bytes, expected.bytes)).toBe(0);
  });

  it('says of a large body what is wrong with it, as of a small one', async () => {
    const broken = body(30_000);
    broken[broken.length - 5] = 0x21;
    let expected: unknown;
    try {
      transcodeJson(broken);
    } catch (error) {
      expected = error;
    }
    await expect(transcoder.transcode(broken)).rejects.toThrow((expected as Error).message);
    await expect(transcoder.transcode(broken)).rejects.toMatchObject({ code: 'malformed_json' });
  });
});
