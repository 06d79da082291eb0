// A client as uwsgitop is one: connects, reads until the end, and takes it for JSON; over HTTP it asks first.
import { connect, type NetConnectOpts, type Socket } from 'node:net';

export interface StatsVassal {
  readonly id: string;
  readonly pid: number;
  readonly [key: string]: unknown;
}

export interface StatsDocument {
  readonly vassals: readonly StatsVassal[];
  readonly blacklist: readonly Readonly<Record<string, unknown>>[];
  readonly [key: string]: unknown;
}

/** `unread` ends what was opened and is not to be read. */
export function connectTo(where: NetConnectOpts): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(where, () => resolve(socket));
    socket.on('error', reject);
  });
}

export function readAll(where: NetConnectOpts, request = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(where, () => request && socket.write(request));
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      text += part;
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}

export async function readStats(where: NetConnectOpts): Promise<StatsDocument> {
  return JSON.parse(await readAll(where)) as StatsDocument;
}
