import { styleText } from 'node:util';
import type { Level } from '../../domain/level.ts';

type Style = Parameters<typeof styleText>[0];

/** Paints a text for a terminal, where there is one that shows colours. */
export type Paint = (style: Style, text: string) => string;

/** As the stream, `NO_COLOR` and `FORCE_COLOR` have it. */
export function painterOf(stream: NodeJS.WritableStream): Paint {
  return (style, text) => styleText(style, text, { stream, validateStream: true });
}

const STYLES: Readonly<Record<Level, Style>> = {
  trace: 'dim',
  debug: 'dim',
  info: 'cyan',
  warn: 'yellow',
  error: 'red',
  fatal: ['red', 'bold'],
};

export function styleOfLevel(level: Level): Style {
  return STYLES[level];
}
