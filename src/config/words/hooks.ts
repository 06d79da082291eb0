// The phases and the actions of hooks in words: for `tsjail explain`, the man pages and docs/options.md.
import type { ActionName } from '../hooks/actions.ts';
import type { OuterPhase, Phase } from '../hooks/phases.ts';

export interface PhaseWords {
  readonly when: string;
  readonly as: string;
  readonly where: string;
  /** What follows when one of its hooks fails. */
  readonly fails: string;
}

const FIRST = { as: 'root', where: 'in the namespaces of `clone`', fails: 'the start' };
const OLD_ROOT = { as: 'root', where: 'in the old root file system', fails: 'the start' };
const NEW_ROOT = { as: 'root', where: 'in the new root file system', fails: 'the start' };
const LATER = { as: 'the user of the command', where: 'in the jail', fails: 'nothing: it is told' };
const BESIDE = { as: 'the daemon', where: 'outside of the jail' };

export const PHASE_WORDS: Readonly<Record<Phase | OuterPhase | 'as-emperor-setns', PhaseWords>> = {
  'emperor-start': { ...BESIDE, when: 'before the daemon looks for vassals', fails: 'the daemon' },
  'as-on-demand-vassal': {
    ...BESIDE,
    when: 'when a vassal begins to wait on demand',
    fails: 'the waiting: it is tried again',
  },
  'as-emperor-before-vassal': { ...BESIDE, when: 'before there is a jail', fails: 'the start' },
  'as-emperor': { ...BESIDE, when: 'when the jail is there, and waits', fails: 'nothing: it is told' },
  'as-emperor-setns': {
    when: 'as as-emperor',
    as: 'the daemon',
    where: 'in those namespaces of the jail that are named',
    fails: 'nothing: it is told',
  },
  asap: { ...FIRST, when: 'before all else in the jail' },
  'as-vassal-before-drop': { ...FIRST, when: 'after asap' },
  'vassals-start-hook': { ...FIRST, when: 'before as-vassal', fails: 'nothing: it is told' },
  'as-vassal': { ...FIRST, when: 'after vassals-start-hook' },
  'pre-jail': { ...OLD_ROOT, when: 'after setns and cgroup, before unshare' },
  'post-jail': { ...OLD_ROOT, when: 'after unshare, before there is a new root' },
  'in-jail': { ...NEW_ROOT, when: 'after unshare2' },
  'as-root': { ...NEW_ROOT, when: 'the last thing that root does' },
  'as-user': {
    as: 'the user of the command',
    where: 'in the jail',
    fails: 'the start',
    when: 'right before the command',
  },
  'emperor-stop': { ...LATER, when: 'before the command is asked to end' },
  'emperor-reload': { ...LATER, when: 'before the command is reloaded, by a signal or a new start' },
  'emperor-lost': { ...LATER, when: 'when the daemon has died: one second at most' },
  'as-user-atexit': { ...LATER, when: 'after the command has ended' },
  'vassals-stop-hook': { ...BESIDE, when: 'after the end of each run', fails: 'nothing: it is told' },
};

export interface ActionWords {
  readonly takes: string;
  readonly help: string;
  readonly example: string;
}

export const ACTION_WORDS: Readonly<Record<ActionName, ActionWords>> = {
  mount: {
    takes: 'FILESYSTEM SOURCE TARGET [FLAGS [DATA]]',
    help: 'mounts; `bind,ro` is read-only at once, with `rec` all of it',
    example: 'none /srv/data /data bind,ro',
  },
  umount: {
    takes: 'TARGET [FLAGS]',
    help: 'unmounts; `rec` takes what is mounted below too, `detach` what is in use',
    example: '/.old_root rec,detach',
  },
  exec: {
    takes: 'LINE',
    help: 'runs a line by /bin/sh; it fails when that does',
    example: '/usr/local/sbin/prepare',
  },
  safeexec: { takes: 'LINE', help: 'the same, but it may fail', example: 'rm -f /run/web.pid' },
  hostname: { takes: 'NAME', help: 'sets the host name', example: 'web' },
  cd: { takes: 'DIRECTORY', help: 'goes there (also `chdir`)', example: '/srv/web' },
  mkdir: { takes: 'DIRECTORY', help: 'makes a directory', example: '/run/web' },
  create: { takes: 'FILE', help: 'makes an empty file (also `creat`)', example: '/run/web/lock' },
  write: { takes: 'FILE TEXT', help: 'writes the text to a file', example: '/run/web/state new' },
  writen: { takes: 'FILE TEXT', help: 'the same with a newline', example: '/run/web/state new' },
  append: { takes: 'FILE TEXT', help: 'adds the text to a file', example: '/run/web/starts x' },
  appendn: { takes: 'FILE [TEXT]', help: 'the same with a newline', example: '/run/web/starts x' },
  writefifo: {
    takes: 'FIFO TEXT',
    help: 'writes to a FIFO if somebody reads there',
    example: '/run/master r',
  },
  spinningfifo: {
    takes: 'FIFO TEXT',
    help: 'waits until somebody reads at a FIFO, and writes to it',
    example: '/run/master r',
  },
  unlink: { takes: 'FILE', help: 'removes a file', example: '/run/web/lock' },
  chmod: { takes: 'FILE MODE', help: 'sets the mode, in octal', example: '/run/web 750' },
  sticky: { takes: 'FILE', help: 'sets the sticky bit', example: '/run/web/drop' },
  chown: {
    takes: 'FILE USER GROUP',
    help: 'sets the owner; names of the root that the hook is in',
    example: '/run/web www-data www-data',
  },
  chown2: { takes: 'FILE UID GID', help: 'the same by numbers', example: '/run/web 33 33' },
  putenv: {
    takes: 'NAME=VALUE',
    help: 'sets a variable for later hooks and for the command',
    example: 'STAGE=ready',
  },
  wait_for_fs: { takes: 'PATH', help: 'waits until something is there', example: '/run/db/ready' },
  wait_for_file: { takes: 'PATH', help: 'waits until a regular file is there', example: '/run/db/ready' },
  wait_for_dir: { takes: 'PATH', help: 'waits until a directory is there', example: '/run/db' },
  wait_for_socket: {
    takes: '/PATH|@NAME|IP:PORT|[IP]:PORT',
    help: 'waits until somebody listens there',
    example: '127.0.0.1:5432',
  },
  wait_for_interface: { takes: 'NAME', help: 'waits until there is that network interface', example: 'eth0' },
  wait_for_mountpoint: {
    takes: 'PATH',
    help: 'waits until something is mounted there',
    example: '/srv/data',
  },
  exit: { takes: '[CODE]', help: 'the start ends with this code', example: '1' },
  print: { takes: 'TEXT', help: "a line for the vassal's output (also `log`)", example: 'the root is there' },
};
