import { ALL, parseWindow, WindowError } from './window.ts';
import type { TimeWindow, WindowDefaults } from './window.ts';

export interface WindowPairDefaults extends WindowDefaults {
  /** Whether a side may be `all`, which begins at -Infinity, and so ends where the other begins. */
  takesAll?: boolean;
}

/**
 * Two stretches to compare: a length that ends now, or `START/END`. What both have in common belongs to the one that
 * begins later, as rows cannot be compared with themselves: `24h` and `1h` are the 23 hours before, and the last one.
 * Throws `WindowError`.
 */
export function parseWindowPair(a: string, b: string, defaults: WindowPairDefaults): { a: TimeWindow; b: TimeWindow } {
  const windows = { a: parseSide('a', a, defaults), b: parseSide('b', b, defaults) };
  const [earlier, later] = windows.a.startMs <= windows.b.startMs ? (['a', 'b'] as const) : (['b', 'a'] as const);
  const [first, second] = [windows[earlier], windows[later]];
  if (first.startMs === second.startMs) {
    throw new WindowError('window', 'a and b begin at the same time: there is nothing to compare');
  }
  return { ...windows, [earlier]: { ...first, endMs: Math.min(first.endMs, second.startMs) } };
}

function parseSide(name: string, text: string, defaults: WindowPairDefaults): TimeWindow {
  if (defaults.takesAll === true && text.toLowerCase() === ALL)
    return { startMs: -Infinity, endMs: Infinity, label: ALL, lookbackHours: Infinity };
  const [start = '', end] = text.split('/', 2);
  try {
    return parseWindow(end === undefined ? { window: text } : { start, end }, defaults);
  } catch (error) {
    if (!(error instanceof WindowError)) throw error;
    throw new WindowError(error.parameter, `${name}: ${error.message}; or START/END`);
  }
}
