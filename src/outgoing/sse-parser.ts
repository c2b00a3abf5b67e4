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
  readonly #eventCharsMax: number;
  #rest = '';
  /** `#rest` ends with a carriage return, of which it is not known yet whether a line feed belongs to it. */
  #isOpenReturn = false;
  #name = '';
  #data: string[] = [];
  #length = 0;

  /** @param eventCharsMax characters that one event may have. */
  constructor(eventCharsMax = EVENT_CHARS_MAX) {
    this.#eventCharsMax = eventCharsMax;
  }

  /** Takes a piece; answers the events that it has completed. Throws where one is longer than it may be. */
  take(text: string): ServerEvent[] {
    const whole = this.#rest + text;
    // A line of many pieces is put together once, when its end is there.
    const hasEnd = this.#isOpenReturn || /[\r\n]/.test(text);
    const lines = hasEnd ? whole.split(/\r\n|\n|\r(?!$)/) : [whole];
    this.#rest = lines.pop() ?? '';
    this.#isOpenReturn = hasEnd && this.#rest.endsWith('\r');
    const events: ServerEvent[] = [];
    for (const line of lines) {
      if (line === '') this.#dispatch(events);
      else this.#field(line);
    }
    if (this.#length + this.#rest.length > this.#eventCharsMax)
      throw new Error('the stream has an event without an end');
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
