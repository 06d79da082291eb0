// Readers for the plain values: numbers, times, words, paths, and choices among a few.
import { posix } from 'node:path';
import { listed } from './dialect/text.ts';
import { splitWords, type Words } from './dialect/words.ts';
import type { HostFacts } from './host.ts';
import { NAMESPACES, type NamespaceName, namespaceOf, WITHOUT_EFFECT } from './namespaces.ts';
import { Bad } from './problems/bad.ts';
import { nearest } from './problems/nearest.ts';
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
const NAMES_OF_OTHERS: Readonly<Record<string, NamespaceName>> = {
  ...{ network: 'net', mounts: 'fs', filesystem: 'fs', files: 'fs', process: 'pid', hostname: 'uts' },
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
export function readSwitch(text: string): boolean {
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
      { suggestion: digits ? inShort(digits, unit) : longHand(text) },
    );
  }
  const ms = Math.round(Number(digits) * factor);
  if (ms > LONGEST_MS) return new Bad(`${text} is too long: at most 24 days`);
  if (range && ms < range[0]) return new Bad(`${text} is too short: at least ${range[0]} ms`);
  return ms;
}

const LONG_UNITS: readonly (readonly [RegExp, string])[] = [
  [/^m(illi)?s(ec(ond)?s?)?$/, 'ms'],
  [/^s(ec(ond)?s?)?$/, 's'],
  [/^min(ute)?s?$/, 'm'],
  [/^h(ou)?rs?$/, 'h'],
  [/^days?$/, 'd'],
];

/** `5 minutes` → `5m`. */
function longHand(text: string): string | undefined {
  const [, digits = '', word = ''] = /^(\d{1,12})\s*([a-z]+)$/i.exec(text) ?? [];
  return inShort(digits, word);
}

function inShort(digits: string, word: string): string | undefined {
  const unit = LONG_UNITS.find(([pattern]) => pattern.test(word.toLowerCase()))?.[1];
  return unit && `${digits}${unit}`;
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
        suggestion: nearest(word, known) ?? NAMES_OF_OTHERS[word.toLowerCase()],
        from,
        to,
      });
    }
    found.push(namespace.name);
  }
  return found;
}

export function readCommand(text: string): Words | Bad {
  const words = splitWords(text);
  return words instanceof Bad || words.words[0] ? words : new Bad('the command is empty');
}

/** uWSGI hands `…-binary-patch-arg` to a shell: so do we where that makes a difference. */
export function readShellCommand(text: string): Words | Bad {
  return SHELL_SIGN.test(text) || SHELL_WORD.test(text)
    ? { words: ['/bin/sh', '-c', text], shellWord: undefined }
    : readCommand(text);
}

export function readPath(text: string, { base }: ReadContext): string | Bad {
  if (text.startsWith('/')) return text;
  if (/^~(\/|$)/.test(text)) return new Bad(`\`${text}\` is not an absolute path: \`~\` is a shell's`);
  return new Bad(`\`${text}\` is not an absolute path`, { suggestion: posix.resolve(base, text) });
}

/** Without a slash at the end and the like: one group shall have one name. */
export function readCgroupDirectory(text: string, context: ReadContext): string | Bad {
  const path = readPath(text, context);
  return path instanceof Bad ? path : posix.resolve(path);
}

export function readFilePath(text: string, { base }: ReadContext): string {
  return posix.resolve(base, text);
}

export function readAssignment(text: string): { name: string; value: string } | Bad {
  const split = text.indexOf('=');
  const [, first, rest] = /^(\w+)(?::\s*|\s+)(.+)$/s.exec(text) ?? [];
  if (split < 0) return new Bad(`\`${text}\` is not NAME=value`, { suggestion: first && `${first}=${rest}` });
  const name = readVariable(text.slice(0, split));
  return name instanceof Bad ? name : { name, value: text.slice(split + 1) };
}

export function readVariable(text: string): string | Bad {
  return VARIABLE.test(text) ? text : new Bad(`\`${text}\` is not the name of an environment variable`);
}

export function readChoice<T extends string>(text: string, choices: readonly T[]): T | Bad {
  return choices.find((choice) => choice === text) ?? noneOf(text, choices);
}

function noneOf(text: string, choices: readonly string[]): Bad {
  return new Bad(`\`${text}\` is none of ${choices.join(', ')}`, { suggestion: nearest(text, choices) });
}

export const POLICIES: readonly RestartPolicy[] = ['always', 'on-failure', 'never'];

/** What others call them, and what a flag would be. */
const POLICIES_OF_OTHERS: Readonly<Record<string, RestartPolicy>> = {
  ...{ no: 'never', false: 'never', off: 'never', none: 'never', once: 'never' },
  ...{ yes: 'always', true: 'always', on: 'always', 'unless-stopped': 'always', 'on-success': 'always' },
  ...{ unexpected: 'on-failure', 'on-abnormal': 'on-failure', 'on-abort': 'on-failure' },
};

export function readPolicy(text: string): RestartPolicy | Bad {
  const read = readChoice(text, POLICIES);
  const meant = Object.hasOwn(POLICIES_OF_OTHERS, text) ? POLICIES_OF_OTHERS[text] : undefined;
  return read instanceof Bad && meant ? new Bad(read.message, { suggestion: meant }) : read;
}

export function readReload(text: string): ReloadWay | Bad {
  if (text.startsWith('signal:')) {
    const signal = readSignal(text.slice('signal:'.length));
    if (!(signal instanceof Bad)) return { kind: 'signal', signal };
    const { suggestion } = signal.options;
    return new Bad(signal.message, { suggestion: suggestion && `signal:${suggestion}` });
  }
  if (text === 'signal') return new Bad('which signal?', { suggestion: 'signal:HUP' });
  const kind = readChoice(text, ['restart', 'overlap', 'emperor', 'none']);
  return kind instanceof Bad
    ? new Bad(`\`${text}\` is none of restart, overlap, signal:NAME, emperor, none`, kind.options)
    : { kind };
}

export function readLog(text: string, { base }: ReadContext): LogTarget | Bad {
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

export function readMonitor(text: string, { base }: ReadContext): string | Bad {
  const [prefix = '', scheme] = SCHEME.exec(text) ?? [];
  if (scheme !== undefined && scheme !== 'dir' && scheme !== 'glob') {
    return new Bad(`no monitor for \`${prefix}\`: there are dir:// and glob://`);
  }
  return prefix + posix.resolve(base, text.slice(prefix.length));
}

/** Without the dot that it may be written with. */
export function readExtension(text: string): string | Bad {
  const extension = text.replace(/^\./, '');
  if (extension === 'ini') return new Bad('`.ini` is one already');
  return /^[\w+-]+$/.test(extension)
    ? extension
    : new Bad(`\`${text}\` is not the end of a file name such as .yml`);
}

export function readSetting(text: string): string | Bad {
  return text.indexOf('=') > 0 ? text : new Bad(`\`${text}\` is not KEY=VALUE`);
}

/** As it is called, or as its file is. */
export function readVassalName(text: string): string {
  return text.replace(/^.*\//, '').replace(/\.ini$/, '');
}

export function readAttribute(text: string): string | Bad {
  return /[=\s]/.test(text) ? new Bad(`\`${text}\` is not the name of a key`) : text;
}
