// By what a vassal is known to be ready, and to be alive.
import type { Values } from './options/read.ts';
import type { VassalConfig } from './vassal-config.ts';

type Readiness = Pick<VassalConfig, 'ready' | 'heartbeatMs'>;

export function readinessOf(_values: Values): Readiness {
  return { ready: { kind: 'exec' }, heartbeatMs: 0 };
}
