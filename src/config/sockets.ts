// Sockets that the Emperor binds for a vassal, and whether it waits until somebody calls.
import type { HostFacts } from './host.ts';
import type { Given, Values } from './options/read.ts';
import type { Located, Origin } from './origin.ts';
import type { Problems } from './problems/problems.ts';
import { valueSpan } from './problems/report.ts';
import { printAddress } from './sockets/address.ts';
import type { SocketLine } from './sockets/line.ts';
import type { SocketSpec, VassalConfig } from './vassal-config.ts';

type Sockets = Pick<VassalConfig, 'sockets' | 'onDemand' | 'idleTimeoutMs'>;

interface SocketsParts {
  readonly name: string;
  readonly host: HostFacts;
  readonly problems: Problems;
  /** What the daemon's config has it wait on. */
  readonly calledBy: Located<SocketLine> | undefined;
}

const FOR_PATHS = ['chmod-socket', 'chown-socket'] as const;

export function socketsOf(values: Values, parts: SocketsParts): Sockets {
  const lines = values.all('socket');
  const { calledBy } = parts;
  const onDemand = values.value('on-demand') || calledBy !== undefined;
  checkAddresses(lines, parts);
  checkUse(values, lines, calledBy !== undefined, parts.problems);
  return {
    sockets: inOrder(lines, calledBy).map(({ value, at }) => ({
      value: specOf(value, values, parts.name),
      at,
    })),
    onDemand,
    idleTimeoutMs: values.value('idle-timeout'),
  };
}

/** That of the daemon's config comes first, as its own line has it where there is one. */
function inOrder(
  lines: readonly Given<SocketLine>[],
  calledBy: Located<SocketLine> | undefined,
): readonly Located<SocketLine>[] {
  if (calledBy === undefined) return lines;
  const first = printAddress(calledBy.value.address);
  const isFirst = ({ value }: Given<SocketLine>) => printAddress(value.address) === first;
  return [lines.find(isFirst) ?? calledBy, ...lines.filter((each) => !isFirst(each))];
}

function specOf(line: SocketLine, values: Values, vassal: string): SocketSpec {
  const { address } = line;
  const isPath = address.kind === 'unix';
  const owner = line.owner ?? values.last('chown-socket')?.value;
  return {
    address,
    name: line.name ?? plainName(vassal),
    backlog: line.backlog ?? values.value('listen'),
    mode: isPath ? (line.mode ?? values.value('chmod-socket')) : undefined,
    uid: isPath ? owner?.uid : undefined,
    gid: isPath ? owner?.gid : undefined,
  };
}

/** LISTEN_FDNAMES is a list with colons (sd_listen_fds(3)). */
function plainName(vassal: string): string {
  return vassal.replace(/[^!-9;-~]/g, '_');
}

function checkAddresses(lines: readonly Given<SocketLine>[], { host, problems }: SocketsParts): void {
  const before = new Map<string, Origin>();
  for (const { value, at, item } of lines) {
    const span = valueSpan(item.entry);
    const text = printAddress(value.address);
    const other = before.get(text);
    if (other) problems.error('contradiction', `line ${other.line} has ${text} already`, span);
    before.set(text, at);
    const complaint = host.uid === 0 ? undefined : beyond(value, host);
    if (complaint) problems.error('needs-root', complaint, span);
  }
}

/** What only root may do. */
function beyond({ address, owner }: SocketLine, host: HostFacts): string | undefined {
  const lowest = host.lowestPort ?? 0;
  if (address.kind === 'inet' && address.port < lowest)
    return `port ${address.port} needs root or CAP_NET_BIND_SERVICE: others may bind from ${lowest} on`;
  return owner?.uid !== undefined && owner.uid !== host.uid
    ? 'to give a socket to another user needs root'
    : undefined;
}

function checkUse(
  values: Values,
  lines: readonly Given<SocketLine>[],
  called: boolean,
  problems: Problems,
): void {
  if (values.isBad('socket')) return;
  const onDemand = values.last('on-demand');
  if (onDemand?.value && lines.length === 0 && !called)
    problems.error(
      'contradiction',
      '`on-demand` needs a `socket` to wait on',
      valueSpan(onDemand.item.entry),
    );
  const idle = values.last('idle-timeout');
  if (idle && idle.value > 0 && !onDemand?.value && !called && !values.isBad('on-demand'))
    problems.error(
      'contradiction',
      '`idle-timeout` is for `on-demand`: nobody would start it again',
      valueSpan(idle.item.entry),
    );
  if (called || lines.some(({ value }) => value.address.kind === 'unix')) return;
  for (const name of FOR_PATHS) {
    const given = values.last(name);
    if (given) problems.warning('no-effect', 'there is no `socket` with a path', valueSpan(given.item.entry));
  }
}
