export interface ServerEvent {
  event: string;
  /** The reader's position once it has this event. */
  id: string;
  /** Empty for an event that only moves the position. */
  data: string;
}

/** Server-sent events of a response (WHATWG HTML, section 9.2.6). `EventSource` could not send the secret. */
export async function* eventsOf(response: Response): AsyncGenerator<ServerEvent> {
  if (response.body === null) return;
  let rest = '';
  let id = '';
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = parseBlock(block, id);
        ({ id } = event);
        yield event;
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

function parseBlock(block: string, lastId: string): ServerEvent {
  const parsed = { event: 'message', id: lastId, data: '' };
  for (const line of block.split('\n')) {
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === 'event' || field === 'id') parsed[field] = value;
    if (field === 'data') parsed.data += parsed.data === '' ? value : `\n${value}`;
  }
  return parsed;
}
