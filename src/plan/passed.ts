// Descriptors that the command gets besides 0 to 2: where each comes to lie, and the variables that tell it so.
// systemd's sockets begin at 3 (sd_listen_fds(3)); uWSGI is told a number (UWSGI_EMPEROR_FD).
import type { VassalConfig } from '../config/vassal-config.ts';
import { FIRST_GROUP_FD } from './cgroup.ts';
import { type Step, step } from './step.ts';

export type PassedFd =
  /** A listening socket, by its place among the vassal's. */
  | { readonly kind: 'socket'; readonly index: number }
  /** Ends of streams whose other end is the Emperor's. */
  | { readonly kind: 'emperor-pipe' }
  | { readonly kind: 'config-pipe' }
  /** What is written to it says that the command is ready. */
  | { readonly kind: 'ready' };

export interface Passed {
  readonly fd: PassedFd;
  /** The number that the command has it under. */
  readonly target: number;
}

const FIRST_SOCKET = 3;
const NOTHING: readonly never[] = [];

/** In the order in which the launcher hands them to the jailer. */
export function passedFds(config: VassalConfig): readonly Passed[] {
  if (config.sockets.length === 0 && config.ready.kind !== 'fd' && !config.emperorPipe) return NOTHING;
  const passed: Passed[] = config.sockets.map((_, index) => ({
    fd: { kind: 'socket', index },
    target: config.uwsgi ? uwsgiTarget(index) : FIRST_SOCKET + index,
  }));
  if (config.ready.kind === 'fd') passed.push({ fd: { kind: 'ready' }, target: config.ready.fd });
  for (const kind of pipesOf(config)) passed.push({ fd: { kind }, target: freeTarget(passed) });
  return passed;
}

/** uWSGI takes a socket on descriptor 0 for its own; those of LISTEN_FDS it has lost after a reload. */
function uwsgiTarget(index: number): number {
  return index === 0 ? 0 : FIRST_SOCKET + index - 1;
}

function pipesOf(config: VassalConfig): ('emperor-pipe' | 'config-pipe')[] {
  if (!config.emperorPipe) return [];
  return config.uwsgi?.configByPipe ? ['emperor-pipe', 'config-pipe'] : ['emperor-pipe'];
}

function freeTarget(passed: readonly Passed[]): number {
  let free = FIRST_SOCKET;
  while (passed.some(({ target }) => target === free)) free++;
  return free;
}

/** The jailer has them behind those of the groups that it joins. */
export function firstPassedFd({ cgroup }: VassalConfig): number {
  return FIRST_GROUP_FD + cgroup.directories.length;
}

export function passSteps(config: VassalConfig): Step[] {
  const passed = passedFds(config);
  if (passed.length === 0) return [];
  return [
    step('pass-fds', [firstPassedFd(config), ...passed.map(({ target }) => target)], config.sockets[0]?.at),
  ];
}

/** `LISTEN_PID=self`: the jailer knows the number. */
export function passedVariables(config: VassalConfig): [string, string][] {
  const variables: [string, string][] = [];
  if (config.sockets.length > 0 && config.uwsgi === undefined) {
    variables.push(['LISTEN_PID', 'self'], ['LISTEN_FDS', String(config.sockets.length)]);
    variables.push(['LISTEN_FDNAMES', config.sockets.map(({ value }) => value.name).join(':')]);
  }
  for (const { fd, target } of passedFds(config)) {
    if (fd.kind === 'emperor-pipe') variables.push(['UWSGI_EMPEROR_FD', String(target)]);
    if (fd.kind === 'config-pipe') variables.push(['UWSGI_EMPEROR_FD_CONFIG', String(target)]);
  }
  return variables;
}
