import type { RunningHalfspace } from '../e2e/halfspace.ts';
import type { PartName } from '../parts/part.ts';
import type { GoodClient } from './good-client.ts';

/** What a fault is given: a service of its own with a good client at work, and the ways to start it anew. */
export interface FaultContext {
  halfspace: RunningHalfspace;
  client: GoodClient;
  /** A folder of the row's own, also the service's `DATA_DIR` where it has one. */
  folder: string;
  /** How much of it: 1 in full, less in the short form. */
  scale: number;
  /** Starts the service again with the same settings and ports after it has ended. */
  restart(): Promise<void>;
  /** Records beside the good client's that the service has acknowledged: they must have been scored, too. */
  acknowledge(records: number): void;
  /** To be undone at the end, the last one first. */
  onEnd(undo: () => unknown): void;
}

/** One row of the matrix. */
export interface Fault {
  name: string;
  /** What is done, for the table. */
  what: string;
  env?: Readonly<Record<string, string>>;
  /** The program that it needs. */
  part?: PartName;
  /** With `DATA_DIR`. */
  keeps?: boolean;
  /** Before the service starts; a reason to skip the row where this machine cannot do it. */
  prepare?(
    folder: string,
    onEnd: (undo: () => unknown) => void,
  ): Promise<{ skip: string } | { env: Record<string, string> }>;
  /** Does it; answers what is worth telling. When it returns the fault is over; the service is well again by the next acknowledgement. */
  run(context: FaultContext): Promise<string>;
}
