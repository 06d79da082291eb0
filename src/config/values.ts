// Every type of the options table, and its reader: text of a value → the value, or what is wrong with it.
import { readCgroupFile, readCpuMax, readIoMax, readMemory, readPidsMax } from './cgroup/values.ts';
import { readCron } from './cron.ts';
import type { Words } from './dialect/words.ts';
import {
  readDirWait,
  readExecHook,
  readFileWait,
  readFsWait,
  readHook,
  readInterfaceWait,
  readMountHook,
  readMountWait,
  readSetnsHook,
  readSocketWait,
  readUmountHook,
} from './hooks/values.ts';
import { readHostname } from './hostname.ts';
import { readCapabilities } from './identity/capabilities.ts';
import { readGroup, readIdRanges, readUser } from './identity/id-values.ts';
import { readLimit } from './limits.ts';
import { readCommandAddress, readListenAddress } from './listening.ts';
import { readLineRate, readLogSize } from './logging.ts';
import type { Bad } from './problems/bad.ts';
import {
  POLICIES,
  type ReadContext,
  readAssignment,
  readAttribute,
  readCgroupDirectory,
  readChoice,
  readCommand,
  readDuration,
  readExtension,
  readFilePath,
  readFlag,
  readInteger,
  readLog,
  readMonitor,
  readNamespaces,
  readOctal,
  readPath,
  readReload,
  readSetting,
  readShellCommand,
  readSwitch,
  readVariable,
  readVassalName,
} from './readers.ts';
import { readReady } from './readiness.ts';
import {
  readBind,
  readDev,
  readNamespaceRoot,
  readOverlay,
  readPivot,
  readProc,
  readTmpfs,
} from './root/values.ts';
import { readNames } from './schedule.ts';
import { readServedNames } from './setns/values.ts';
import { readSignal } from './signals.ts';
import { readMode, readSocketLine } from './sockets/line.ts';
import { readOwner } from './sockets/owner.ts';

/** Every type of the options table: how it is written, and its reader. An empty value reaches only those of `EMPTY_IS_FINE`. */
export const TYPES = {
  flag: { syntax: '', read: readFlag },
  switch: { syntax: 'ANYTHING', read: readSwitch },
  integer: { syntax: 'N', read: readInteger },
  seconds: { syntax: 'TIME', read: (text: string, context: ReadContext) => readDuration(text, 's', context) },
  milliseconds: {
    syntax: 'TIME',
    read: (text: string, context: ReadContext) => readDuration(text, 'ms', context),
  },
  octal: { syntax: 'OCTAL', read: readOctal },
  signal: { syntax: 'SIGNAL', read: readSignal },
  namespaces: { syntax: 'NAME,…', read: readNamespaces },
  'served-namespaces': { syntax: 'NAME,…', read: readServedNames },
  'id-map': { syntax: 'INSIDE:OUTSIDE:COUNT', read: readIdRanges },
  user: { syntax: 'USER', read: readUser },
  group: { syntax: 'GROUP', read: readGroup },
  capabilities: { syntax: 'NAME,…', read: readCapabilities },
  limit: { syntax: 'N|SOFT:HARD|unlimited', read: readLimit },
  command: { syntax: 'WORDS', read: readCommand },
  'shell-command': { syntax: 'WORDS', read: readShellCommand },
  program: { syntax: 'PROGRAM', read: (text: string): Words => ({ words: [text], shellWord: undefined }) },
  path: { syntax: '/PATH', read: readPath },
  'cgroup-directory': { syntax: '/PATH', read: readCgroupDirectory },
  'cgroup-file': { syntax: 'FILE=VALUE', read: readCgroupFile },
  memory: { syntax: 'BYTES|N%|max', read: readMemory },
  'cpu-max': { syntax: 'N%|QUOTA PERIOD|max', read: readCpuMax },
  'pids-max': { syntax: 'N|max', read: readPidsMax },
  'io-max': { syntax: 'DEVICE rbps=N wbps=N riops=N wiops=N', read: readIoMax },
  'file-path': { syntax: 'PATH', read: readFilePath },
  assignment: { syntax: 'NAME=VALUE', read: readAssignment },
  variable: { syntax: 'NAME', read: readVariable },
  hostname: { syntax: 'NAME', read: readHostname },
  'namespace-root': { syntax: '/ROOT[:HOSTNAME]', read: readNamespaceRoot },
  pivot: { syntax: 'NEW OLD', read: readPivot },
  bind: { syntax: 'SOURCE[:TARGET]', read: readBind },
  tmpfs: { syntax: 'TARGET [DATA]', read: readTmpfs },
  overlay: { syntax: 'LOWER[:UPPER:WORK]:TARGET', read: readOverlay },
  proc: { syntax: 'auto|on|off|DATA', read: readProc },
  dev: { syntax: 'minimal|host', read: readDev },
  'listen-socket': { syntax: 'ADDRESS [mode=… owner=… backlog=… name=…]', read: readSocketLine },
  'socket-mode': { syntax: 'MODE', read: (text: string) => (text === '' ? 0o666 : readMode(text)) },
  'socket-owner': { syntax: 'USER[:GROUP]', read: readOwner },
  suffix: { syntax: '.EXT', read: (text: string) => text },
  extension: { syntax: '.EXT', read: readExtension },
  restart: { syntax: POLICIES.join('|'), read: (text: string) => readChoice(text, POLICIES) },
  reload: { syntax: 'restart|overlap|signal:SIGNAL|emperor|none', read: readReload },
  ready: { syntax: 'exec|notify|emperor|socket:ADDR|fd:N|delay:TIME', read: readReady },
  names: { syntax: 'VASSAL…', read: readNames },
  cron: { syntax: 'MINUTE HOUR DAY MONTH WEEKDAY|@WORD', read: readCron },
  log: { syntax: 'emperor|file:PATH|journal|null', read: readLog },
  'log-size': { syntax: 'BYTES|0', read: readLogSize },
  'line-rate': { syntax: 'LINES/TIME|off', read: readLineRate },
  monitor: { syntax: 'DIR|dir://DIR|glob://PATTERN', read: readMonitor },
  'listen-address': { syntax: '[HOST]:PORT|/PATH|@NAME', read: readListenAddress },
  'command-address': { syntax: '/PATH|@NAME|127.0.0.1:PORT', read: readCommandAddress },
  'vassal-name': { syntax: 'NAME', read: (text: string) => readVassalName(text) },
  attribute: { syntax: 'KEY', read: readAttribute },
  template: { syntax: 'PATH[:SECTION]', read: readFilePath },
  setting: { syntax: 'KEY=VALUE', read: readSetting },
  hook: { syntax: 'ACTION:ARGUMENTS', read: (text: string) => readHook(text) },
  'hook-mount': { syntax: 'FILESYSTEM SOURCE TARGET [FLAGS [DATA]]', read: readMountHook },
  'hook-umount': { syntax: 'TARGET [FLAGS]', read: readUmountHook },
  'hook-wait-fs': { syntax: 'PATH', read: readFsWait },
  'hook-wait-file': { syntax: 'PATH', read: readFileWait },
  'hook-wait-dir': { syntax: 'PATH', read: readDirWait },
  'hook-wait-interface': { syntax: 'NAME', read: readInterfaceWait },
  'hook-wait-mountpoint': { syntax: 'PATH', read: readMountWait },
  'hook-wait-socket': { syntax: '/PATH|@NAME|IP:PORT', read: readSocketWait },
  'hook-exec': { syntax: 'LINE', read: readExecHook },
  'shell-line': { syntax: 'LINE', read: (text: string) => text },
  'hook-setns': { syntax: 'NAMESPACE,… ACTION:ARGUMENTS', read: readSetnsHook },
} as const;

export type TypeName = keyof typeof TYPES;
export type ValueOf<T extends TypeName> = Exclude<ReturnType<(typeof TYPES)[T]['read']>, Bad>;

/** Types that need no value at all, nor a `=`. */
export const BARE_IS_FINE: ReadonlySet<TypeName> = new Set(['flag', 'switch', 'socket-mode']);
export const EMPTY_IS_FINE: ReadonlySet<TypeName> = new Set([...BARE_IS_FINE, 'namespaces']);
/** Types where quotes around the value have a meaning of their own. */
export const QUOTES_ARE_FINE: ReadonlySet<TypeName> = new Set([
  'command',
  'shell-command',
  'assignment',
  'hook',
  'hook-mount',
  'hook-exec',
]);
