// The command socket over UDP, on the loopback alone: nothing says who sends there.
import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import type { Receiver } from './receiver.ts';

/** The longest that uWSGI's Emperor takes. */
const MOST_DATA = 4096;

export function openUdpCommands(
  { host, port }: { readonly host: string | undefined; readonly port: number },
  receiver: Receiver,
): Promise<{ close(): void }> {
  const name = host ?? '127.0.0.1';
  const socket = createSocket(isIP(name) === 6 ? 'udp6' : 'udp4');
  socket.on('message', (data, from) => {
    const who = `${from.address} port ${from.port}`;
    receiver.take({ data, cut: data.length > MOST_DATA, who, permitted: true });
  });
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new Error(`command socket ${name}:${port}: ${error.message}`));
    socket.once('error', fail);
    socket.bind(port, name, () => {
      socket.off('error', fail);
      // What reaches an earlier datagram's sender no more is no concern of ours.
      socket.on('error', () => {});
      resolve({ close: () => socket.close() });
    });
  });
}
