import type { Level } from './level.ts';

/** What every source's record becomes before it is analysed. */
export interface LogRow {
  /** Epoch milliseconds. */
  timestamp: number;
  /** The whole text; only its first line is mined. */
  message: string;
  level: Level;
  service: string;
}

/** Service of a record whose resource does not say (OpenTelemetry semantic conventions). */
export const UNKNOWN_SERVICE = 'unknown_service';
