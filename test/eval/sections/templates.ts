import { existsSync } from 'node:fs';
import { sharedPath } from '../../shared.ts';
import { templateTables } from '../templates.ts';

/** The section wants logs that are not part of this repository. */
export class NoLogs extends Error {}

/** How right templates are of LogHub's labelled lines, which lie in `folder`. */
export function templatesSection(folder: string = sharedPath('data/loghub')): string {
  if (existsSync(folder)) return templateTables();
  throw new NoLogs(
    "LogHub's labelled lines are not part of this repository. Put those of 2k_dataset of " +
      `https://github.com/logpai/loghub-2.0 into ${folder}, each under the name of its set (Apache.csv, HDFS.csv); ` +
      'docs/evaluation.md says which',
  );
}
