import { parentPort, workerData } from 'node:worker_threads';

import { countParts } from './count-parts.ts';
import type { CountTask } from './count-parts.ts';

/** Entry of a thread that helps to count: one task, one result. Whoever started it ends it. */
parentPort!.postMessage(await countParts(workerData as CountTask, () => {}));
