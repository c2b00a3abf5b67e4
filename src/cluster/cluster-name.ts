const NAME_MAX = 60;

/**
 * A short title of a template: one line of at most 60 UTF-16 units, cut between words where it can be, its
 * placeholders whole. Control characters, those that turn text around included, become spaces.
 */
export function clusterName(template: string): string {
  // A bound first: templates run to 16 KiB, names do not.
  const line = template
    .slice(0, NAME_MAX * 8)
    .replace(/[\s\p{Cc}\p{Bidi_Control}]+/gu, ' ')
    .trim();
  if (line === '') return '(empty message)';
  if (line.length <= NAME_MAX) return line;

  const room = line.slice(0, NAME_MAX - 1);
  const atWord = line[room.length] === ' ' ? room.length : room.lastIndexOf(' ');
  // A cut that would leave less than half is worse than a broken word.
  const cut = atWord >= NAME_MAX / 2 ? room.slice(0, atWord) : withoutHalves(room);
  return `${cut.trimEnd()}…`;
}

/** Drops a placeholder or a surrogate pair that the cut went through. */
function withoutHalves(text: string): string {
  return text.replace(/<[A-Z*]*$/, '').replace(/[\ud800-\udbff]$/, '');
}
