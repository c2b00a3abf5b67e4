import type { JSX } from 'preact';
import type { FileAnswer } from '../../serve/schemas/clusters.ts';
import { formatInSentence } from '../../domain/format-word.ts';
import { plural, whole } from './format.ts';

/** What reading files met that the reader should know of; nothing where all went as it should. */
export function FileNotes({ file, rows }: { file: FileAnswer; rows: number }): JSX.Element | null {
  const notes = notesOf(file, rows);
  if (notes.length === 0) return null;
  return (
    <ul class="notes">
      {notes.map((note) => (
        <li key={note} class="wrap">
          {note}
        </li>
      ))}
    </ul>
  );
}

function notesOf(file: FileAnswer, rows: number): string[] {
  const { format, bad_lines: bad, cut_lines: cut, untimed_rows: untimed, rows_outside: outside } = file;
  const notes: string[] = [];
  const { links_skipped: links = 0, first_link_skipped: link = '' } = file;
  if (links === 1) notes.push(`1 link leads out of FILE_ROOT and was not followed: ${link}`);
  if (links > 1) notes.push(`${whole(links)} links lead out of FILE_ROOT and were not followed, the first: ${link}`);
  if (bad > 0)
    notes.push(
      `${bad === 1 ? '1 line is' : `${whole(bad)} lines are`} not ${formatInSentence(format)} and ` +
        `${bad === 1 ? 'was' : 'were'} skipped, the first at line ${file.first_bad_line}` +
        `${file.first_bad_path === undefined ? '' : ` of ${file.first_bad_path}`}: ${file.first_bad_problem}`,
    );
  if (cut > 0)
    notes.push(`${plural(cut, 'line is', 'lines are')} longer than 1 MiB and ${cut === 1 ? 'was' : 'were'} cut`);
  if (untimed > 0 && untimed === rows)
    notes.push(
      'no row says its time: all took that of the last change of their file, and what goes by time says nothing',
    );
  else if (untimed > 0)
    notes.push(
      `${plural(untimed, 'row says', 'rows say')} no time and took that of a row beside, or of the file's last change`,
    );
  if (outside > 0) notes.push(`${plural(outside, 'row is', 'rows are')} outside of the window`);
  return notes;
}
