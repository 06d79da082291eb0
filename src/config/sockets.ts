// Sockets that the Emperor binds for a vassal, and whether it waits until somebody calls.
import type { Values } from './options/read.ts';
import type { VassalConfig } from './vassal-config.ts';

type Sockets = Pick<VassalConfig, 'sockets' | 'onDemand' | 'idleTimeoutMs'>;

export function socketsOf(_values: Values): Sockets {
  return { sockets: [], onDemand: false, idleTimeoutMs: 0 };
}
