// Which namespaces of others a vassal joins, and which of its own are handed out to others.
import type { HostFacts } from '../host.ts';
import { isNew, type NamespaceSets } from '../namespaces.ts';
import type { Given, Values } from '../options/read.ts';
import type { Located } from '../origin.ts';
import type { Problems } from '../problems/problems.ts';
import { valueSpan } from '../problems/report.ts';
import { SERVED } from './values.ts';

export interface SetnsSettings {
  /** Sockets of servers, and files of namespaces, in the order in which they are joined. */
  readonly join: readonly Located<string>[];
  readonly serve: Located<SetnsServer> | undefined;
}

export interface SetnsServer {
  /** Of its socket, in the jail. */
  readonly path: string;
  /** Names under /proc/PID/ns. */
  readonly offered: readonly string[];
}

/** A socket's path ends with a NUL within 108 bytes (unix(7)). */
const LONGEST_PATH = 107;
const OF_SERVER = ['setns-socket', 'setns-socket-skip', 'setns-preopen'] as const;
const NO_SETNS: SetnsSettings = { join: [], serve: undefined };
const PIDS = /^\/proc\/\d+\/ns\/pid(_for_children)?$/;

export function setnsSettings(
  values: Values,
  jail: NamespaceSets,
  host: HostFacts,
  problems: Problems,
): SetnsSettings {
  const join = values.all('setns');
  const socket = values.last('setns-socket');
  if (join.length === 0 && !OF_SERVER.some((name) => values.last(name))) return NO_SETNS;
  if (!isBadJail(values)) checkJoins(join, jail, host, problems);
  checkServer(values, socket, jail, problems);
  const skipped = new Set(values.all('setns-socket-skip').flatMap(({ value }) => value));
  const offered = SERVED.filter((name) => !skipped.has(name));
  return {
    join: join.map(({ value, at }) => ({ value, at })),
    serve: socket && { value: { path: socket.value, offered }, at: socket.at },
  };
}

function checkJoins(
  join: readonly Given<string>[],
  { namespaces }: NamespaceSets,
  host: HostFacts,
  problems: Problems,
): void {
  const { value } = namespaces;
  for (const { value: path, item } of join) {
    const span = valueSpan(item.entry);
    if (value.has('user')) {
      const whose = host.uid === 0 ? 'a new user namespace' : 'the user namespace that comes without root';
      const message = `from within ${whose} nothing outside of it can be joined`;
      problems.error('contradiction', message, span);
    } else if (value.has('pid') && PIDS.test(path)) {
      const message = 'a new pid namespace and a joined one do not go together';
      problems.error('contradiction', message, span);
    }
  }
}

function checkServer(
  values: Values,
  socket: Given<string> | undefined,
  jail: NamespaceSets,
  problems: Problems,
): void {
  for (const name of ['setns-socket-skip', 'setns-preopen'] as const) {
    const given = values.last(name);
    if (given === undefined || socket !== undefined || values.isBad('setns-socket')) continue;
    problems.warning(
      'no-effect',
      `\`${name}\` says nothing without \`setns-socket\``,
      valueSpan(given.item.entry),
    );
  }
  if (socket === undefined) return;
  const span = valueSpan(socket.item.entry);
  if (Buffer.byteLength(socket.value) > LONGEST_PATH)
    problems.error('bad-value', `the path of a socket has at most ${LONGEST_PATH} bytes`, span);
  if (values.last('init')?.value === false)
    problems.error('contradiction', '`init = false` leaves nobody to serve `setns-socket`', span);
  if (values.all('setns').length === 0 && !isBadJail(values) && !servesItsOwn(jail))
    problems.warning(
      'no-effect',
      'this vassal has no namespaces of its own: it would hand out those of the daemon',
      span,
    );
}

function isBadJail(values: Values): boolean {
  return values.isBad('clone', 'unshare', 'unshare2');
}

/** Is there a new namespace at all that others could join? */
function servesItsOwn(jail: NamespaceSets): boolean {
  return (['fs', 'net', 'ipc', 'uts', 'pid', 'cgroup', 'time'] as const).some((name) => isNew(jail, name));
}
