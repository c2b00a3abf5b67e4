import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** Open sockets to loopback, in batches that the backlog of a listener can hold; those refused count as open no more. */
export async function openSockets(port: number, count: number, onOpen: (socket: Socket) => void): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(200, count - sockets.length) }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.once('connect', () => onOpen(socket));
      return socket;
    });
    await Promise.all(batch.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])));
    sockets.push(...batch);
  }
  return sockets;
}

export function destroyAll(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy();
}

export function stillOpen(sockets: readonly Socket[]): number {
  return sockets.filter((socket) => !socket.destroyed && socket.readyState === 'open').length;
}
