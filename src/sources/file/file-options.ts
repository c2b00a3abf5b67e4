/** What users may ask for. */
export const FILE_FORMATS = ['auto', 'json', 'csv', 'text'] as const;

export interface FileOptions {
  path: string;
  /** Folder that the file has to be in, links followed. Anywhere when absent. */
  root?: string | undefined;
  /** One of `FILE_FORMATS`; `auto` when absent. */
  format?: string | undefined;
  /** Service of rows that do not name one; absent: the container, where the path is that of a container's log. */
  service?: string | undefined;
  /** Rows with startMs <= time < endMs are read; all when absent. Epoch milliseconds. */
  startMs?: number | undefined;
  endMs?: number | undefined;
  /** Told the bytes of the file that were read, as they lie on the disk. */
  onRead?: ((bytes: number) => void) | undefined;
}
