import type { RunningHalfspace } from '../e2e/halfspace.ts';

interface Message {
  id?: number;
  method?: string;
  params?: { sessionId: string; workerInfo: { title: string } };
}

/** Ends a worker thread of the process by its name, by way of Node's inspector (Chrome DevTools Protocol). */
export async function endWorker(halfspace: Pick<RunningHalfspace, 'complaints'>, name: string): Promise<void> {
  const [address] = /ws:\/\/\S+/.exec(halfspace.complaints) ?? [];
  if (address === undefined) throw new Error('the process has no inspector: it has to start with --inspect');
  const socket = new WebSocket(address);
  const found = Promise.withResolvers<string>();
  socket.addEventListener('message', ({ data }) => {
    const { method, params } = JSON.parse(String(data)) as Message;
    if (method !== 'NodeWorker.attachedToWorker' || params === undefined) return;
    if (params.workerInfo.title.includes(name)) found.resolve(params.sessionId);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error(`the inspector at ${address} does not answer`)));
  });
  const send = (id: number, method: string, params: object) => socket.send(JSON.stringify({ id, method, params }));
  send(1, 'NodeWorker.enable', { waitForDebuggerOnStart: false });
  const sessionId = await found.promise;
  const evaluate = { id: 1, method: 'Runtime.evaluate', params: { expression: 'process.exit(1)' } };
  send(2, 'NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify(evaluate) });
  socket.close();
}
