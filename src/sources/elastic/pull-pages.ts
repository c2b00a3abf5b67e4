import type { PullContext } from '../pull/pull.ts';
import { documentRow } from './document-row.ts';
import { DocumentPages } from './document-pages.ts';
import type { Paging } from './document-pages.ts';

/** Adds the rows of all documents, the newest first, until no older one is wanted. */
export async function pullPages(paging: Paging, context: PullContext): Promise<void> {
  const { rows } = context;
  const pages = new DocumentPages(paging, context);
  for (;;) {
    const { documents, isLast } = await pages.next();
    for (const { fields, timeMs } of documents) {
      const { message, level, service } = documentRow(fields, paging.named, rows.timestamps);
      if (!rows.add(message, timeMs, level, service)) return;
    }
    if (isLast) return;
  }
}
