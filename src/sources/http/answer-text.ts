const ERROR_BYTES_MAX = 64 << 10;

/** An answer that is not read to its end, as it has more bytes than may be held. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

/** What a refusal says, as far as it came. */
export async function errorText(body: AsyncIterable<Buffer>): Promise<{ text: string; isWhole: boolean }> {
  const parts: Buffer[] = [];
  let length = 0;
  let isWhole = true;
  try {
    for await (const part of body) {
      parts.push(part);
      length += part.length;
      if (length >= ERROR_BYTES_MAX) break;
    }
  } catch {
    isWhole = false;
  }
  return { text: Buffer.concat(parts).toString('utf8'), isWhole };
}

/** Rejects with an `AnswerTooLarge` where there is more than may be held. */
export async function wholeText(
  body: AsyncIterable<Buffer>,
  bytesMax: number,
): Promise<{ text: string; bytes: number }> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > bytesMax) throw new AnswerTooLarge(`the answer has more than ${bytesMax} bytes`);
    parts.push(part);
  }
  return { text: Buffer.concat(parts).toString('utf8'), bytes: length };
}
