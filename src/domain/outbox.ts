/** One alert on its way to one sink, from the moment that it is decided until it is delivered or given up. */
export interface OutboxEntry {
  /** The same after a restart and in every retry, and unique in its sink: what receivers tell duplicates by. */
  id: string;
  /** Name of the sink. */
  sink: string;
  /** Epoch milliseconds. */
  createdMs: number;
  /** What is to be told, as JSON; only the folder `sinks` reads it. */
  event: string;
}

/** Where alerts that are not delivered yet are kept. */
export interface Outbox {
  /** Resolves once the entries survive whatever the implementation survives; an entry of a known id takes its place. */
  add(entries: readonly OutboxEntry[]): Promise<void>;
  /** The entries are delivered or given up. May take effect later: a crash before that means a second delivery. */
  remove(sink: string, ids: readonly string[]): void;
  /** What earlier processes left undelivered, oldest first. Called once, before anything is added. */
  restore(): OutboxEntry[];
}
