// Vassals that speak uWSGI's language to their Emperor: uWSGI itself, and commands that ask for the pipe.
import type { Values } from './options/read.ts';
import type { VassalConfig } from './vassal-config.ts';

type Pipe = Pick<VassalConfig, 'emperorPipe' | 'uwsgi'>;

export function emperorPipeOf(_values: Values): Pipe {
  return { emperorPipe: false, uwsgi: undefined };
}
