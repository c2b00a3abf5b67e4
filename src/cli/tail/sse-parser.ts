/** An event of a stream of server-sent events. */
export interface ServerEvent {
  name: string;
  data: string;
  /** What to go on from after a break. */
  lastEventId: string;
}

/** One event may be so long; a sender that says more without an end is not ours. */
const EVENT_CHARS_MAX = 16 << 20;

/** Server-sent events (WHATWG HTML, section 9.2) from pieces of text, cut anywhere. */
export class SseParser {
  lastEventId = '';
  #rest = '';
  #name = '';
  #data: string[] = [];
  #length = 0;

  /** Takes a piece; answers the events that it has completed. Throws where one is longer than 16 Mi characters. */
  take(text: string): ServerEvent[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    const events: ServerEvent[] = [];
    for (const line of lines) {
      if (line === '') this.#dispatch(events);
      else this.#field(line);
    }
    if (this.#length + this.#rest.length > EVENT_CHARS_MAX) throw new Error('the stream has an event without an end');
    return events;
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.#name = value;
    else if (name === 'id' && !value.includes('\0')) this.lastEventId = value;
    else if (name === 'data') {
      this.#data.push(value);
      this.#length += value.length;
    }
  }

  #dispatch(events: ServerEvent[]): void {
    if (this.#data.length > 0) {
      events.push({ name: this.#name || 'message', data: this.#data.join('\n'), lastEventId: this.lastEventId });
    }
    this.#name = '';
    this.#data = [];
    this.#length = 0;
  }
}
