// The socket that the daemon's own config gives a vassal to wait on (uWSGI: `emperor-on-demand-…`): named by a file beside the
// vassal's, by its name in a directory, or by what a program says.
import { posix } from 'node:path';
import type { Sources } from '../dialect/sources.ts';
import type { HostFacts } from '../host.ts';
import type { Values } from '../options/read.ts';
import type { Located } from '../origin.ts';
import { Bad } from '../problems/bad.ts';
import { errnoWords } from '../problems/errno.ts';
import type { Problems } from '../problems/problems.ts';
import { readListenAddress } from './address.ts';
import type { SocketLine } from './line.ts';

/** At most one of them counts: the first that there is, as in uWSGI. */
export interface OnDemandDefaults {
  readonly extension: Located<string> | undefined;
  readonly directory: Located<string> | undefined;
  readonly exec: Located<string> | undefined;
}

interface Asked {
  readonly name: string;
  /** Of the vassal's file. */
  readonly path: string;
  readonly host: HostFacts;
  readonly sources: Sources;
  readonly problems: Problems;
}

/** What `HostFacts.file` is asked for in place of a path: the answer of a program. */
const EXEC = 'exec://';

export function onDemandDefaults(values: Values): OnDemandDefaults | undefined {
  const extension = values.located('emperor-on-demand-extension');
  const directory = values.located('emperor-on-demand-directory');
  const exec = values.located('emperor-on-demand-exec');
  return extension || directory || exec ? { extension, directory, exec } : undefined;
}

/** Undefined: it need not wait for anybody, or that is not known yet. */
export function socketOnDemand(
  defaults: OnDemandDefaults | undefined,
  asked: Asked,
): Located<SocketLine> | undefined {
  if (defaults === undefined) return undefined;
  const { extension, directory, exec } = defaults;
  if (extension) return named(asked, `${asked.path}${extension.value}`);
  if (directory)
    return line({ ...directory, value: `${posix.join(directory.value, asked.name)}.socket` }, asked);
  return exec && told(asked, exec);
}

/** A vassal without such a file is started like any other. */
function named(asked: Asked, file: string): Located<SocketLine> | undefined {
  const { host, sources, problems } = asked;
  const at = { file, line: 1, column: 1 };
  const answer = sources.asked.file(file, host.tenant ? 'tenant' : 'daemon');
  sources.asked.files.add(file);
  if (answer === undefined) return undefined;
  if ('text' in answer && host.tenant)
    problems.error(
      'on-demand',
      'the daemon binds no socket that a tenant names: see `emperor-on-demand-directory`',
      { at },
    );
  else if ('text' in answer) return line({ value: answer.text, at }, asked);
  else if (answer.failure !== 'ENOENT')
    problems.error('unreadable', `cannot read it: ${errnoWords(answer.failure)}`, { at });
  return undefined;
}

function told(asked: Asked, { value, at }: Located<string>): Located<SocketLine> | undefined {
  const key = EXEC + JSON.stringify([value, posix.basename(asked.path), posix.dirname(asked.path)]);
  const answer = asked.sources.asked.file(key, 'daemon');
  if (answer === undefined) return undefined;
  if ('text' in answer) return line({ value: answer.text, at }, asked);
  else asked.problems.error('on-demand', `emperor-on-demand-exec: ${answer.failure}`, { at });
  return undefined;
}

/** The program and its arguments, when `key` asks for what one says. */
export function programOf(key: string): readonly [line: string, file: string, directory: string] | undefined {
  return key.startsWith(EXEC) ? JSON.parse(key.slice(EXEC.length)) : undefined;
}

/** The first line counts; an empty one names no socket. */
function line({ value, at }: Located<string>, { path, problems }: Asked): Located<SocketLine> | undefined {
  const [first = ''] = value.split('\n');
  const text = first.trim();
  if (text === '') return undefined;
  const address = readListenAddress(text, posix.dirname(path));
  if (!(address instanceof Bad)) return { value: { address }, at };
  problems.error('bad-value', address.message, { at }, address.options.suggestion);
  return undefined;
}
