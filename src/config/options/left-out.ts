// Options of uWSGI's Emperor, vassals, namespaces and hooks that are not ours on purpose, each with why: whoever has one in a
// config of uWSGI is owed more than "unknown".

export interface Reason {
  readonly why: string;
  /** What comes nearest of ours. */
  readonly nearest?: string;
  readonly names: readonly string[];
}

const UWSGIS_PROCESSES = 'it happens inside the processes of uWSGI, which alone can do it';
const FREEBSD = 'jails of FreeBSD are not of this kernel';
const FORK_SERVER = 'what another process forks gets no namespaces, cgroup or limits of its own';
const OVERLOAD =
  'only a server itself knows that it is overloaded: let it start more workers in its own jail';
const SYMBOLS = 'it calls a function that is linked into uWSGI';

/** With them the config is refused. */
export const LEFT_OUT: readonly Reason[] = [
  { why: OVERLOAD, names: ['emperor-broodlord', 'vassal-sos', 'vassal-sos-backlog'] },
  {
    why: FORK_SERVER,
    nearest: 'emperor-use-clone',
    names: ['emperor-use-fork-server', 'emperor-fork-server-attr', 'vassal-fork-base'],
  },
  { why: FORK_SERVER, nearest: 'clone', names: ['fork-server', 'fork-socket'] },
  { why: 'uWSGI never carried the idea out', names: ['zeus'] },
  {
    why: "the pipe between the daemon and a vassal is the vassal's alone: nobody else is handed it",
    names: ['emperor-proxy-socket'],
  },
  {
    why: 'changes are seen at once; SIGWINCH makes the daemon look again (in uWSGI the socket works once)',
    names: ['emperor-trigger-socket'],
  },
  {
    why: 'it is a question, and the answer is: dir:// and glob://',
    nearest: 'emperor',
    names: ['imperial-monitors-list', 'imperial-monitor-list'],
  },
  {
    why: "they are the stats of uWSGI's own workers",
    nearest: 'emperor-stats',
    names: ['stats', 'stats-server', 'stats-push', 'stats-pusher-default-freq', 'stats-pushers-default-freq'],
  },
  {
    why: "they are the stats of uWSGI's own workers",
    names: ['stats-no-cores', 'stats-no-metrics'],
  },
  {
    why: 'a router of uWSGI has it in its own config, and wakes vassals through `emperor-command-socket`',
    nearest: 'emperor-command-socket',
    names: ['fastrouter-emperor-socket'],
  },
  { why: UWSGIS_PROCESSES, names: ['subscription-vassal-required', 'zerg', 'zerg-fallback', 'zerg-server'] },
  {
    why: UWSGIS_PROCESSES,
    nearest: 'hook-as-user',
    names: ['hook-pre-app', 'hook-post-app', 'hook-master-start', 'hook-post-fork', 'hook-accepting'],
  },
  { why: UWSGIS_PROCESSES, nearest: 'exec-as-user', names: ['exec-pre-app', 'exec-post-app'] },
  {
    why: UWSGIS_PROCESSES,
    names: [
      'hook-accepting-once',
      'hook-accepting1',
      'hook-accepting1-once',
      'hook-as-mule',
      'hook-as-gateway',
      'after-request-hook',
      'after-request-call',
      'no-harakiri-after-req-hook',
    ],
  },
  {
    why: 'a touch of the file of a vassal reloads it, and so does a change of what it includes',
    nearest: 'hook-emperor-reload',
    names: ['hook-touch'],
  },
  {
    why: 'configs come to the command in the jail as files, not through a pipe',
    nearest: 'hook-as-emperor-before-vassal',
    names: ['hook-as-on-config-vassal'],
  },
  { why: SYMBOLS, nearest: 'exec-asap', names: ['call-asap'] },
  { why: SYMBOLS, nearest: 'exec-pre-jail', names: ['call-pre-jail'] },
  { why: SYMBOLS, nearest: 'exec-post-jail', names: ['call-post-jail'] },
  { why: SYMBOLS, nearest: 'exec-in-jail', names: ['call-in-jail'] },
  { why: SYMBOLS, nearest: 'exec-as-root', names: ['call-as-root'] },
  { why: SYMBOLS, nearest: 'exec-as-user', names: ['call-as-user', 'call-pre-app', 'call-post-app'] },
  { why: SYMBOLS, nearest: 'exec-as-user-atexit', names: ['call-as-user-atexit'] },
  {
    why: SYMBOLS,
    nearest: 'exec-as-vassal',
    names: ['call-as-vassal', 'call-as-vassal1', 'call-as-vassal3'],
  },
  {
    why: SYMBOLS,
    nearest: 'exec-as-emperor',
    names: ['call-as-emperor', 'call-as-emperor1', 'call-as-emperor2', 'call-as-emperor4'],
  },
  { why: FREEBSD, nearest: 'namespace', names: ['jail', 'jail2', 'libjail', 'jail-attach'] },
  { why: FREEBSD, nearest: 'clone', names: ['jail-ip4', 'jail-ip6'] },
  {
    why: 'one time-out is for all that is waited for',
    nearest: 'hook-timeout',
    names: [
      'wait-for-interface-timeout',
      'wait-for-iface-timeout',
      'wait-for-fs-timeout',
      'wait-for-socket-timeout',
    ],
  },
  { why: 'it has one name', nearest: 'wait-for-interface', names: ['wait-for-iface'] },
];

/** They are taken, with a warning: what they ask for is so in any case. */
export const NEEDLESS: readonly Reason[] = [
  { why: 'the daemon is an Emperor and nothing else', names: ['early-emperor'] },
  { why: 'the daemon has no master: whatever supervises services restarts it', names: ['master'] },
  { why: 'the daemon always is one', names: ['emperor-subreaper'] },
  { why: 'the stats are read by machines either way', names: ['stats-minified', 'stats-min'] },
];
/** The same in the config of a vassal. */
export const NEEDLESS_OF_VASSALS: readonly Reason[] = [
  { why: 'hooks of post-jail are carried out in every jail', names: ['jailed'] },
];
