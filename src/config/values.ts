// The readers: text of a value → the value, or what is wrong with it. One per type of the options table.
import { posix } from 'node:path';
import { readCgroupFile, readCpuMax, readIoMax, readMemory, readPidsMax } from './cgroup/values.ts';
import { listed } from './dialect/text.ts';
import { splitWords, type Words } from './dialect/words.ts';
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
import type { HostFacts } from './host.ts';
import { readHostname } from './hostname.ts';
import { readCapabilities } from './identity/capabilities.ts';
import { readGroup, readIdRanges, readUser } from './identity/id-values.ts';
import { readLimit } from './limits.ts';
import { NAMESPACES, type NamespaceName, namespaceOf, WITHOUT_EFFECT } from './namespaces.ts';
import { Bad } from './problems/bad.ts';
import { nearest } from './problems/nearest.ts';
import {
  readBind,
  readDev,
  readNamespaceRoot,
  readOverlay,
  readPivot,
  readProc,
  readTmpfs,
} from './root/values.ts';
import { readServedNames } from './setns/values.ts';
import { readSignal } from './signals.ts';
import type { LogTarget, ReloadWay, RestartPolicy } from './vassal-config.ts';

/** What a reader may need besides the text. */
export interface ReadContext {
  readonly host: HostFacts;
  /** What relative paths are relative to. */
  readonly base: string;
  readonly range: readonly [number, number] | undefined;
  /** Name of the option. */
  readonly name: string;
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  ['on', true],
  ['off', false],
  ['yes', true],
  ['no', false],
  ['1', true],
  ['0', false],
]);
/** setTimeout(3) of Node takes no more: 2^31 - 1 ms. */
const LONGEST_MS = 2_147_483_647;
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const NAMES = NAMESPACES.map((ns) => ns.name).join(', ');
const SHELL_SIGN = /[|&;<>()$`*?[\]#~{}!\n]|^\w+=/;
/** What only a shell has as a first word. */
const SHELL_WORD = /^(\.|:|alias|cd|eval|exec|export|read|set|source|trap|ulimit|umask|unset)(\s|$)/;
const VARIABLE = /^[^\s="'\\]+$/;

/** uWSGI takes any other word for true: a misspelt `false` would be. */
export function readFlag(text: string): boolean | Bad {
  if (text === '') return true;
  if (/^[+-]?\d+$/.test(text)) return Number(text) !== 0;
  return FLAGS.get(text.toLowerCase()) ?? noneOf(text, [...FLAGS.keys()]);
}

/** Where uWSGI's own documentation has other words for true. */
function readSwitch(text: string): boolean {
  const flag = readFlag(text);
  return flag instanceof Bad || flag;
}

export function readInteger(text: string, { range }: Pick<ReadContext, 'range'>): number | Bad {
  if (!/^[+-]?\d{1,15}$/.test(text)) return new Bad(`\`${text}\` is not a whole number`);
  const number = Number(text);
  if (range && (number < range[0] || number > range[1]))
    return new Bad(`${text} is not between ${range[0]} and ${range[1]}`);
  return number;
}

/** Milliseconds of `10` (in the unit `bare`), `500ms`, `1.5s`, `3m`, `1h`. */
export function readDuration(
  text: string,
  bare: 's' | 'ms',
  { range }: Pick<ReadContext, 'range'>,
): number | Bad {
  const [, digits, unit = bare] = /^(\d{1,12}(?:\.\d{1,6})?)\s?([a-z]{1,3})?$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (digits === undefined || factor === undefined) {
    return new Bad(
      `\`${text}\` is not a time: ${bare === 's' ? 'seconds' : 'milliseconds'}, or with ms, s, m, h`,
    );
  }
  const ms = Math.round(Number(digits) * factor);
  if (ms > LONGEST_MS) return new Bad(`${text} is too long: at most 24 days`);
  if (range && ms < range[0]) return new Bad(`${text} is too short: at least ${range[0]} ms`);
  return ms;
}

export function readOctal(text: string): number | Bad {
  return /^0?[0-7]{1,3}$/.test(text)
    ? Number.parseInt(text, 8)
    : new Bad(`\`${text}\` is not an octal mask such as 022`);
}

/** Undefined: `none`, which takes back what was said before. */
export function readNamespaces(text: string): readonly NamespaceName[] | undefined | Bad {
  if (text === '' || text === 'none') return undefined;
  const found: NamespaceName[] = [];
  for (const { word, from, to } of listed(text)) {
    if (WITHOUT_EFFECT.includes(word)) continue;
    const namespace = namespaceOf(word);
    if (namespace === undefined) {
      const known = NAMESPACES.flatMap((ns) => [ns.name, ...ns.aliases]);
      return new Bad(`unknown namespace \`${word}\` (there are ${NAMES})`, {
        suggestion: nearest(word, known),
        from,
        to,
      });
    }
    found.push(namespace.name);
  }
  return found;
}

function readCommand(text: string): Words | Bad {
  const words = splitWords(text);
  return words instanceof Bad || words.words[0] ? words : new Bad('the command is empty');
}

/** uWSGI hands `…-binary-patch-arg` to a shell: so do we where that makes a difference. */
function readShellCommand(text: string): Words | Bad {
  return SHELL_SIGN.test(text) || SHELL_WORD.test(text)
    ? { words: ['/bin/sh', '-c', text], shellWord: undefined }
    : readCommand(text);
}

export function readPath(text: string, { base }: ReadContext): string | Bad {
  if (text.startsWith('/')) return text;
  return new Bad(`\`${text}\` is not an absolute path`, { suggestion: posix.resolve(base, text) });
}

/** Without a slash at the end and the like: one group shall have one name. */
function readCgroupDirectory(text: string, context: ReadContext): string | Bad {
  const path = readPath(text, context);
  return path instanceof Bad ? path : posix.resolve(path);
}

function readFilePath(text: string, { base }: ReadContext): string {
  return posix.resolve(base, text);
}

function readAssignment(text: string): { name: string; value: string } | Bad {
  const split = text.indexOf('=');
  if (split < 0) return new Bad(`\`${text}\` is not NAME=value`);
  const name = readVariable(text.slice(0, split));
  return name instanceof Bad ? name : { name, value: text.slice(split + 1) };
}

export function readVariable(text: string): string | Bad {
  return VARIABLE.test(text) ? text : new Bad(`\`${text}\` is not the name of an environment variable`);
}

function readChoice<T extends string>(text: string, choices: readonly T[]): T | Bad {
  return choices.find((choice) => choice === text) ?? noneOf(text, choices);
}

function noneOf(text: string, choices: readonly string[]): Bad {
  return new Bad(`\`${text}\` is none of ${choices.join(', ')}`, { suggestion: nearest(text, choices) });
}

const POLICIES: readonly RestartPolicy[] = ['always', 'on-failure', 'never'];

function readReload(text: string): ReloadWay | Bad {
  if (text.startsWith('signal:')) {
    const signal = readSignal(text.slice('signal:'.length));
    if (!(signal instanceof Bad)) return { kind: 'signal', signal };
    const { suggestion } = signal.options;
    return new Bad(signal.message, { suggestion: suggestion && `signal:${suggestion}` });
  }
  if (text === 'overlap') return new Bad('`overlap` is not there yet: restart, signal:NAME or none');
  if (text === 'signal') return new Bad('which signal?', { suggestion: 'signal:HUP' });
  const kind = readChoice(text, ['restart', 'none']);
  return kind instanceof Bad
    ? new Bad(`\`${text}\` is none of restart, signal:NAME, none`, kind.options)
    : { kind };
}

function readLog(text: string, { base }: ReadContext): LogTarget | Bad {
  if (text.startsWith('file:')) {
    const path = text.slice('file:'.length);
    return path === '' ? new Bad('file: which?') : { kind: 'file', path: posix.resolve(base, path) };
  }
  if (text.startsWith('/')) return new Bad('a file is written file:PATH', { suggestion: `file:${text}` });
  const kind = readChoice(text, ['emperor', 'journal', 'null']);
  return kind instanceof Bad
    ? new Bad(`\`${text}\` is none of emperor, file:PATH, journal, null`, kind.options)
    : { kind };
}

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//;

function readMonitor(text: string, { base }: ReadContext): string | Bad {
  const [prefix = '', scheme] = SCHEME.exec(text) ?? [];
  if (scheme !== undefined && scheme !== 'dir' && scheme !== 'glob') {
    return new Bad(`no monitor for \`${prefix}\`: there are dir:// and glob://`);
  }
  return prefix + posix.resolve(base, text.slice(prefix.length));
}

function readSetting(text: string): string | Bad {
  return text.indexOf('=') > 0 ? text : new Bad(`\`${text}\` is not KEY=VALUE`);
}

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
  restart: { syntax: POLICIES.join('|'), read: (text: string) => readChoice(text, POLICIES) },
  reload: { syntax: 'restart|signal:SIGNAL|none', read: readReload },
  log: { syntax: 'emperor|file:PATH|journal|null', read: readLog },
  monitor: { syntax: 'DIR|dir://DIR|glob://PATTERN', read: readMonitor },
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
export const BARE_IS_FINE: ReadonlySet<TypeName> = new Set(['flag', 'switch']);
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
