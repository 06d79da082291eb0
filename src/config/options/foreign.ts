// Words of systemd's units, supervisord's programs and compose files, for what they are here: whoever moves over writes them first.

const KEYS: Readonly<Record<string, string>> = {
  execstart: 'command',
  exec: 'command',
  cmd: 'command',
  entrypoint: 'command',
  user: 'uid',
  username: 'uid',
  group: 'gid',
  supplementarygroups: 'add-gid',
  directory: 'chdir',
  workingdirectory: 'chdir',
  'working-dir': 'chdir',
  workdir: 'chdir',
  environment: 'env',
  environmentfile: 'env-file',
  nice: 'prio',
  oomscoreadjust: 'oom-score-adj',
  capabilityboundingset: 'cap',
  ambientcapabilities: 'cap-ambient',
  nonewprivileges: 'no-new-privs',
  rootdirectory: 'namespace',
  bindpaths: 'bind',
  volumes: 'bind',
  volume: 'bind',
  bindreadonlypaths: 'bind-ro',
  temporaryfilesystem: 'tmpfs',
  privatetmp: 'tmpfs',
  protectsystem: 'read-only',
  inaccessiblepaths: 'mask',
  privatenetwork: 'clone',
  privatedevices: 'dev',
  execstartpre: 'hook-as-root',
  execstoppost: 'hook-as-user-atexit',
  type: 'ready',
  restartsec: 'restart-delay',
  restartpreventexitstatus: 'restart',
  startlimitburst: 'start-limit',
  startretries: 'start-limit',
  startsecs: 'stable-after',
  timeoutstartsec: 'start-timeout',
  timeoutstopsec: 'stop-timeout',
  stopwaitsecs: 'stop-timeout',
  killsignal: 'stop-signal',
  stopsignal: 'stop-signal',
  watchdogsec: 'heartbeat-timeout',
  autorestart: 'restart',
  numprocs: 'instances',
  wants: 'after',
  requires: 'after',
  'depends-on': 'after',
  oncalendar: 'cron',
  listenstream: 'socket',
  ports: 'socket',
  port: 'socket',
  image: 'namespace',
  healthcheck: 'heartbeat-timeout',
  standardoutput: 'log',
  'stdout-logfile': 'log',
  memorymax: 'memory-max',
  'mem-limit': 'memory-max',
  memorylimit: 'memory-max',
  cpuquota: 'cpu-max',
  cpus: 'cpu-max',
  tasksmax: 'pids-max',
};

const SECTIONS: readonly (readonly [RegExp, string])[] = [
  [
    /^(unit|service|socket|timer|install)$/i,
    'a unit of systemd: docs/from-systemd.md has what its lines are here',
  ],
  [
    /^(program:.*|group:.*|eventlistener:.*|supervisord|supervisorctl|unix_http_server|inet_http_server)$/i,
    'a file of supervisord: docs/from-supervisord.md has what its lines are here',
  ],
];

/** The option of ours that a key (with `-`, in lower case) of another supervisor comes nearest to. */
export function foreignKey(key: string): string | undefined {
  return Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
}

/** What a section is, if it is one of theirs. */
export function foreignSection(name: string): string | undefined {
  return SECTIONS.find(([pattern]) => pattern.test(name))?.[1];
}
