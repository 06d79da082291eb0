// What `include` and `@(…)` may name: files, by path. Whatever else uWSGI reads a config from is refused with a reason.
import { posix } from 'node:path';
import type { HostFacts } from '../host.ts';
import { COMMAND_LINE } from '../origin.ts';

const OF_BINARY = 'it is a part of the uwsgi program, which is not run here';
const OF_SYMBOLS = 'it is a symbol of the uwsgi program, which is not run here';
/** Why not, by scheme. */
const REFUSED: Readonly<Record<string, string>> = {
  data: OF_BINARY,
  section: OF_BINARY,
  sym: OF_SYMBOLS,
  call: OF_SYMBOLS,
  callint: OF_SYMBOLS,
  exec: 'a config that is looked at must not run anything',
  http: 'a start must not wait for the network',
  https: 'a start must not wait for the network',
  fd: 'the daemon has no descriptor for it',
  emperor: 'the config of a vassal is its file',
};

/** Undefined: it names a file. */
export function refusedSource(target: string): string | undefined {
  if (target === '-') return 'only files can be read here, not the standard input';
  const split = target.indexOf('://');
  if (split < 0) return undefined;
  const reason = REFUSED[target.slice(0, split)];
  return `only files can be read here, not \`${target}\`${reason === undefined ? '' : `: ${reason}`}`;
}

/** What relative paths are relative to when `file` has them. */
export function baseOf(file: string, host: HostFacts): string {
  return file === COMMAND_LINE ? host.cwd : posix.resolve(host.cwd, posix.dirname(file));
}

/** A variable of the daemon's environment; not what every object has, such as `constructor`. */
export function variable(host: HostFacts, name: string): string | undefined {
  return Object.hasOwn(host.env, name) ? host.env[name] : undefined;
}

/** `path:section`; the section may be left out, and the path for the same file. */
export function splitTarget(target: string): readonly [string, string] {
  const colon = target.lastIndexOf(':');
  return colon < target.lastIndexOf('/') || colon < 0
    ? [target, '']
    : [target.slice(0, colon), target.slice(colon + 1)];
}

export function chainLink(path: string, section: string): string {
  return section === '' ? path : `${path}:${section}`;
}
