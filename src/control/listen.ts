// Opens a server on an address of the config. A unix socket is its owner's alone from its first moment.
import type { ListenOptions, Server } from 'node:net';
import type { ListenAddress } from '../config/listening.ts';

const OWNER_ONLY = 0o177;

/** Rejects with an Error that says what was wanted. */
export async function listen(server: Server, address: ListenAddress, what: string): Promise<void> {
  const listening = opened(server, what);
  // bind(2) happens inside listen().
  const before = process.umask(OWNER_ONLY);
  try {
    server.listen(optionsOf(address));
  } finally {
    process.umask(before);
  }
  return listening;
}

/** On a descriptor that somebody else has bound; its file stays when the server closes. */
export async function listenOnGiven(server: Server, fd: number, what: string): Promise<void> {
  const listening = opened(server, what);
  server.listen({ fd });
  return listening;
}

function opened(server: Server, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new Error(`${what}: ${error.message}`));
    server.once('error', fail);
    server.once('listening', () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function optionsOf(address: ListenAddress): ListenOptions {
  if (address.kind === 'unix') return { path: address.path };
  if (address.kind === 'abstract') return { path: `\0${address.name.slice(1)}` };
  return { port: address.port, ...(address.host !== undefined && { host: address.host }) };
}
