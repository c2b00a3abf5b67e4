import { parentPort } from 'node:worker_threads';

import { countParts } from './count-parts.ts';
import type { CountTask } from './count-parts.ts';

/** Entry of a thread that helps to count: a result for each task. Whoever started it ends it. */
parentPort!.on('message', (task: CountTask) => {
  void countParts(task, () => {}).then((result) => parentPort!.postMessage(result));
});
