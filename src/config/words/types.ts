// How the values of each type are written, in words, with one that is right: for `tsjail explain` and the man pages. A unit test
// reads every example.
import type { TypeName } from '../values.ts';

export interface TypeWords {
  readonly values: string;
  readonly example: string;
}

const DURATION = '500ms, 10s, 3m, 1h, 2d; at most 24 days';
const CHOWN = 'names or numbers of the host';

export const TYPE_WORDS: Readonly<Record<TypeName, TypeWords>> = {
  flag: { values: 'true, on, yes, 1 or nothing; false, off, no, 0', example: 'true' },
  switch: { values: 'as a flag; any other word is true', example: 'true' },
  integer: { values: 'a whole number', example: '5' },
  seconds: { values: `${DURATION}; a bare number counts seconds`, example: '10s' },
  milliseconds: { values: `${DURATION}; a bare number counts milliseconds`, example: '500ms' },
  octal: { values: 'three octal digits, with or without a 0 before them', example: '027' },
  signal: { values: 'a name, with or without SIG, or a number; RTMIN+N', example: 'INT' },
  namespaces: {
    values: 'fs, net, ipc, uts, pid, user, cgroup, time, with commas between them; or none',
    example: 'fs,net,ipc,uts,pid',
  },
  'served-namespaces': { values: 'cgroup, ipc, mnt, net, pid, time, uts', example: 'pid' },
  'id-map': { values: 'first id inside, first id outside, how many', example: '0:100000:65536' },
  user: { values: 'a name or a number', example: 'www-data' },
  group: { values: 'a name or a number', example: 'www-data' },
  capabilities: {
    values: 'names of capabilities(7), with or without cap_, with commas between them; all; none',
    example: 'net_bind_service',
  },
  profile: { values: 'open, container, strict', example: 'container' },
  seccomp: {
    values: 'none, default, strict, or the path of a profile in JSON',
    example: 'default',
  },
  limit: { values: 'one number for both halves, SOFT:HARD, or unlimited', example: '4096' },
  command: { values: 'words, quoted as in a shell; no shell is run', example: '/srv/web/server --port 80' },
  'shell-command': {
    values: 'words; a line with shell syntax is run by /bin/sh',
    example: '/srv/web/server --port 80',
  },
  program: { values: 'one program, without arguments; looked for in PATH', example: '/usr/bin/uwsgi' },
  path: { values: 'an absolute path', example: '/srv/web' },
  'cgroup-directory': { values: 'an absolute path below /sys/fs/cgroup', example: '/sys/fs/cgroup/web' },
  'cgroup-file': {
    values: 'the name of a file of the group, and what is written to it',
    example: 'pids.max=100',
  },
  memory: { values: 'bytes, or with K, M, G, T; a share of the memory of the machine; max', example: '512M' },
  'cpu-max': { values: 'a share of one processor; or microseconds in each period; or max', example: '150%' },
  'pids-max': { values: 'a number, or max', example: '100' },
  'io-max': { values: 'a device, and one to four limits', example: '/dev/vda rbps=10M wiops=200' },
  'file-path': {
    values: 'a path; a relative one is relative to the file with the line',
    example: '/etc/web/env',
  },
  'log-size': { values: 'bytes, or with K, M, G; 0: never', example: '100M' },
  'line-rate': { values: 'how many lines in how much time; off', example: '10000/30s' },
  'http-address': { values: 'an address and a port, or a port of this machine', example: '127.0.0.1:9190' },
  'http-host': { values: 'a name, with or without a port', example: 'vassals.example.org' },
  'http-token': {
    values: 'at least 16 characters, or @ and the path of a file that holds them',
    example: '@/etc/tsjail/token',
  },
  assignment: { values: 'a name, `=`, and anything', example: 'LANG=C.UTF-8' },
  variable: { values: 'the name of an environment variable', example: 'LANG' },
  hostname: { values: 'letters, digits, dots and hyphens', example: 'web' },
  'namespace-root': { values: 'a directory, and a host name if wanted', example: '/srv/roots/web:web' },
  pivot: { values: 'two absolute paths, the second one below the first', example: '/ns /ns/.old_root' },
  bind: {
    values: 'a path of the host, and where it is in the jail; without that, at the same path',
    example: '/srv/data:/data',
  },
  tmpfs: {
    values: 'an absolute path in the jail, and what mount(8) takes after -o',
    example: '/tmp size=64m,mode=1777',
  },
  overlay: { values: 'absolute paths', example: '/srv/base:/' },
  proc: { values: 'auto, on, off, or options as for mount(8)', example: 'hidepid=2' },
  dev: { values: 'minimal or host', example: 'minimal' },
  'listen-socket': {
    values: 'IP:PORT, :PORT, [IPv6]:PORT, /PATH or @NAME, then settings of this one',
    example: '127.0.0.1:8080',
  },
  'socket-mode': { values: 'an octal mode', example: '660' },
  'socket-owner': { values: CHOWN, example: 'www-data:www-data' },
  suffix: { values: 'the end of a file name', example: '.socket' },
  extension: { values: 'the end of a file name', example: '.yml' },
  restart: { values: 'always, on-failure or never', example: 'on-failure' },
  reload: { values: 'restart, overlap, signal:SIGNAL, emperor or none', example: 'signal:HUP' },
  ready: { values: 'exec, notify, emperor, socket:ADDRESS, fd:N or delay:TIME', example: 'notify' },
  names: { values: 'names of vassals, with blanks between them', example: 'db cache' },
  cron: {
    values: 'five fields as in crontab(5), or @hourly, @daily, @weekly, @monthly, @yearly',
    example: '30 4 * * mon-fri',
  },
  log: { values: 'emperor, file:PATH, journal or null', example: 'file:/var/log/web.log' },
  monitor: { values: 'a directory, dir://DIRECTORY or glob://PATTERN', example: '/etc/tsjail/vassals' },
  'listen-address': { values: 'IP:PORT, :PORT, /PATH or @NAME', example: '127.0.0.1:1717' },
  'command-address': {
    values: '/PATH, @NAME, or UDP on an address of this machine',
    example: '/run/tsjail/command.sock',
  },
  'vassal-name': { values: 'the name of a vassal, or of its file', example: 'web' },
  attribute: { values: 'a word without blanks', example: 'owner' },
  template: {
    values: 'the path of a file, in which %%n and its like stand for what they are of the vassal',
    example: '/etc/tsjail/all.inc',
  },
  setting: { values: 'a key, `=`, and its value', example: 'memory-max=1G' },
  hook: {
    values: 'an action, `:`, and what it takes; a `!` before it hides that',
    example: 'exec:/usr/local/sbin/prepare',
  },
  'hook-mount': { values: 'what the action `mount` takes', example: 'tmpfs none /tmp nosuid,nodev size=64m' },
  'hook-umount': { values: 'what the action `umount` takes', example: '/.old_root rec,detach' },
  'hook-wait-fs': { values: 'a path in the jail', example: '/run/db/ready' },
  'hook-wait-file': { values: 'a path in the jail', example: '/run/db/ready' },
  'hook-wait-dir': { values: 'a path in the jail', example: '/run/db' },
  'hook-wait-interface': { values: 'the name of a network interface', example: 'eth0' },
  'hook-wait-mountpoint': { values: 'a path in the jail', example: '/srv/data' },
  'hook-wait-socket': { values: 'a path, @NAME or IP:PORT', example: '127.0.0.1:5432' },
  'hook-exec': { values: 'a line for /bin/sh', example: '/usr/local/sbin/prepare' },
  'shell-line': { values: 'a line for /bin/sh', example: '/usr/local/sbin/prepare' },
  'hook-setns': {
    values: 'namespaces of the jail with commas between them, then a hook',
    example: 'net exec:ip link set lo up',
  },
};
