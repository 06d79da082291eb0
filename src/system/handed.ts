// What a process is handed that was exec'd by a daemon, by its environment: the number of the descriptor with the state, and
// whether it is to take that daemon's place or only to say whether it could.
import { readFileSync } from 'node:fs';

export interface Handed {
  readonly purpose: 'trial' | 'place';
  readonly fd: number;
}

/** The addon knows this name too: see addon/held_signals.h. */
const HANDED = 'TSJAIL_REEXEC';
/** What LD_PRELOAD was before the addon was put there. */
const PRELOAD_BEFORE = 'TSJAIL_REEXEC_PRELOAD';
const PRELOAD = 'LD_PRELOAD';
/** Sockets of the service manager's: they are handed over by the state, by whatever number. */
const GIVEN_SOCKETS = /^LISTEN_(PID|FDS|FDNAMES)$/;

type Variables = Record<string, string | undefined>;

/** Undefined: nobody has exec'd it for that. From then on `environment` is what it was at the very first start. */
export function takeHanded(environment: Variables): Handed | undefined {
  const [, purpose, fd] = /^(trial|place) (\d{1,9})$/.exec(environment[HANDED] ?? '') ?? [];
  restore(environment);
  if (fd === undefined) return undefined;
  return { purpose: purpose === 'trial' ? 'trial' : 'place', fd: Number(fd) };
}

/** NAME=VALUE for a program that is to be handed something. `preload`: the addon, to hold its signals. */
export function environmentFor({ purpose, fd }: Handed, preload?: string): string[] {
  const environment = firstEnvironment();
  const before = environment[PRELOAD];
  const added: Variables = { [HANDED]: `${purpose} ${fd}` };
  if (preload !== undefined) {
    added[PRELOAD] = before ? `${preload}:${before}` : preload;
    added[PRELOAD_BEFORE] = before ?? '';
  }
  return Object.entries({ ...environment, ...added }).map(([name, value]) => `${name}=${value}`);
}

function restore(environment: Variables): void {
  const before = environment[PRELOAD_BEFORE];
  if (before === '') delete environment[PRELOAD];
  else if (before !== undefined) environment[PRELOAD] = before;
  delete environment[PRELOAD_BEFORE];
  delete environment[HANDED];
}

/** Not process.env: whoever has read a variable there may have removed it. */
function firstEnvironment(): Variables {
  const entries = readFileSync('/proc/self/environ', 'utf8').split('\0').filter(Boolean);
  const environment: Variables = Object.fromEntries(entries.map((entry) => pairOf(entry)));
  restore(environment);
  for (const name of Object.keys(environment)) if (GIVEN_SOCKETS.test(name)) delete environment[name];
  return environment;
}

function pairOf(entry: string): [string, string] {
  const at = entry.indexOf('=');
  return [entry.slice(0, at), entry.slice(at + 1)];
}
