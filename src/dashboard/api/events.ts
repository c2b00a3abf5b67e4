import { SseParser } from '../../outgoing/sse-parser.ts';
import type { ServerEvent } from '../../outgoing/sse-parser.ts';

/** A window's answer is one event, and has whatever length it has. */
export function anyLengthParser(): SseParser {
  return new SseParser(Infinity);
}

/** Server-sent events of a response, of which `EventSource` could not send the secret. */
export async function* eventsOf(response: Response, parser = anyLengthParser()): AsyncGenerator<ServerEvent> {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.take(value);
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}
