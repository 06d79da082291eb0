// The one table of hook actions (uWSGI: "Hooks"): how the arguments of each are read. What a step needs is made here already:
// flags are numbers, modes are octal, addresses are bytes.
import { Bad } from '../problems/bad.ts';
import { nearest } from '../problems/nearest.ts';
import { MOUNT_FLAGS, readFlagNames, UMOUNT_FLAGS } from './mount-flags.ts';
import { readSocketAddress } from './socket-address.ts';
import { cut, leadingWords, type Part, wordAndText, wordsOf, wrongPart } from './words.ts';

/** An action with its arguments as strings. */
export interface HookAction {
  readonly name: ActionName;
  readonly args: readonly string[];
  /** A `!` before it: its arguments are not to be shown. */
  readonly hidden: boolean;
}

type ReadArguments = (part: Part) => readonly string[] | Bad;

const VARIABLE = /^[^\s="'\\]+$/;
const MOST_ID = 4_294_967_294;

const mount: ReadArguments = (part) => {
  const required = ['FILESYSTEM', 'SOURCE', 'TARGET'];
  const read = leadingWords(part, required, [...required, '[FLAGS [DATA]]']);
  if (read instanceof Bad) return read;
  const [fstype, source, target, rest] = read as [Part, Part, Part, Part];
  const [names, data] = cut(rest);
  const flags = readFlagNames(names.text, MOUNT_FLAGS, names.from);
  if (!(flags instanceof Bad)) return [source.text, target.text, fstype.text, String(flags), data.text];
  if (!names.text.includes('=')) return flags;
  return wrongPart(names, 'what the file system takes comes after the flags', `defaults ${names.text}`);
};

const umount: ReadArguments = (part) => {
  const read = leadingWords(part, ['TARGET'], ['TARGET', '[FLAGS]']);
  if (read instanceof Bad) return read;
  const [target, rest] = read as [Part, Part];
  const [names, more] = cut(rest);
  if (more.text !== '') return wrongPart(more, `\`${more.text}\` is too much: TARGET [FLAGS]`);
  const flags = readFlagNames(names.text, UMOUNT_FLAGS, names.from);
  return flags instanceof Bad ? flags : [target.text, String(flags)];
};

/** All of the line, which must not be empty. */
function line(name: string): ReadArguments {
  return (part) => (part.text === '' ? wrongPart(part, `${name} is missing`) : [part.text]);
}

function words(...names: readonly string[]): ReadArguments {
  return (part) => texts(wordsOf(part, names));
}

function texts(parts: readonly Part[] | Bad): readonly string[] | Bad {
  return parts instanceof Bad ? parts : parts.map(({ text }) => text);
}

const pathAndText: ReadArguments = (part) => texts(wordAndText(part, ['FILE', 'TEXT']));

/** As uWSGI: without a text it is an empty line. */
const pathAndMaybeText: ReadArguments = (part) =>
  part.text !== '' && !/[ \t]/.test(part.text) ? [part.text, ''] : pathAndText(part);

const chmod: ReadArguments = (part) => {
  const read = wordsOf(part, ['FILE', 'MODE']);
  if (read instanceof Bad) return read;
  const [path, mode] = read as [Part, Part];
  if (/^0?[0-7]{1,4}$/.test(mode.text)) return [path.text, mode.text];
  return wrongPart(mode, `\`${mode.text}\` is not an octal mode such as 640 or 1777`);
};

/** Names are looked up in the root that the step runs in. */
const chown: ReadArguments = (part) => texts(wordsOf(part, ['FILE', 'USER', 'GROUP']));

const chown2: ReadArguments = (part) => {
  const read = wordsOf(part, ['FILE', 'UID', 'GID']);
  if (read instanceof Bad) return read;
  const bad = read.slice(1).find(({ text }) => !/^\d{1,10}$/.test(text) || Number(text) > MOST_ID);
  return bad ? wrongPart(bad, `\`${bad.text}\` is not an id; names are for \`chown\``) : texts(read);
};

const putenv: ReadArguments = (part) => {
  const split = part.text.indexOf('=');
  const name = part.text.slice(0, Math.max(split, 0));
  return VARIABLE.test(name) ? [part.text] : wrongPart(part, `\`${part.text}\` is not NAME=VALUE`);
};

const exit: ReadArguments = (part) => {
  if (part.text === '') return ['0'];
  const isCode = /^\d{1,3}$/.test(part.text) && Number(part.text) <= 255;
  return isCode ? [part.text] : wrongPart(part, `\`${part.text}\` is not an exit code: 0 to 255`);
};

const socket: ReadArguments = (part) => {
  const read = wordsOf(part, ['ADDRESS']);
  if (read instanceof Bad) return read;
  const [address] = read as [Part];
  const bytes = readSocketAddress(address.text);
  return bytes instanceof Bad ? wrongPart(address, bytes.message) : [address.text, bytes];
};

const text: ReadArguments = ({ text: all }) => [all];

export const ACTIONS = {
  mount,
  umount,
  exec: line('LINE'),
  safeexec: line('LINE'),
  hostname: words('NAME'),
  cd: line('DIRECTORY'),
  mkdir: line('DIRECTORY'),
  create: line('FILE'),
  write: pathAndText,
  writen: pathAndText,
  append: pathAndText,
  appendn: pathAndMaybeText,
  writefifo: pathAndText,
  spinningfifo: pathAndText,
  unlink: line('FILE'),
  chmod,
  sticky: line('FILE'),
  chown,
  chown2,
  putenv,
  wait_for_fs: line('PATH'),
  wait_for_file: line('PATH'),
  wait_for_dir: line('PATH'),
  wait_for_socket: socket,
  wait_for_interface: words('NAME'),
  wait_for_mountpoint: line('PATH'),
  exit,
  print: text,
} as const satisfies Readonly<Record<string, ReadArguments>>;

export type ActionName = keyof typeof ACTIONS;

const ALIASES: Readonly<Record<string, ActionName>> = {
  chdir: 'cd',
  creat: 'create',
  log: 'print',
};

const IN_UWSGI = 'works inside of a uWSGI process, which there is none of here';
/** Of uWSGI's, and why there is no such thing here. */
const REFUSED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['call', 'callret', 'callint', 'callintret'].map((name) => [name, IN_UWSGI])),
  rpc: IN_UWSGI,
  retryrpc: IN_UWSGI,
  alarm: IN_UWSGI,
  unix_signal: IN_UWSGI,
  perl: 'needs a uWSGI plugin',
  tcc: 'needs a uWSGI plugin',
  ffi: 'needs a uWSGI plugin',
};

/** `[!]ACTION:ARGUMENTS`; `from` is where it begins in the value. */
export function readHook(value: string, from = 0): HookAction | Bad {
  const hidden = value.startsWith('!');
  const start = hidden ? 1 : 0;
  const colon = value.indexOf(':');
  const word = { text: value.slice(start, colon < 0 ? undefined : colon).trimEnd(), from: from + start };
  const name = actionOf(word.text);
  if (name === undefined) return unknownAction(word, colon);
  if (colon < 0) return wrongPart(word, `\`:\` is missing after \`${word.text}\``, `${word.text}:`);
  const args = readArguments(name, value.slice(colon + 1), from + colon + 1);
  return args instanceof Bad ? args : { name, args, hidden };
}

/** The families `mount-PHASE`, `umount-PHASE`, `exec-PHASE`: the value is the arguments alone. */
export function readFamily(name: ActionName): (value: string) => HookAction | Bad {
  return (value) => {
    const args = readArguments(name, value, 0);
    return args instanceof Bad ? args : { name, args, hidden: false };
  };
}

function readArguments(name: ActionName, text: string, from: number): readonly string[] | Bad {
  const [, blanks = ''] = /^([ \t]*)/.exec(text) ?? [];
  const read: ReadArguments = ACTIONS[name];
  return read({ text: text.slice(blanks.length), from: from + blanks.length });
}

function actionOf(word: string): ActionName | undefined {
  if (Object.hasOwn(ALIASES, word)) return ALIASES[word];
  return Object.hasOwn(ACTIONS, word) ? (word as ActionName) : undefined;
}

function unknownAction(word: Part, colon: number): Bad {
  if (Object.hasOwn(REFUSED, word.text))
    return wrongPart(word, `\`${word.text}\` ${REFUSED[word.text]}: use \`exec\``);
  const known = [...Object.keys(ACTIONS), ...Object.keys(ALIASES)];
  if (colon >= 0) return wrongPart(word, `unknown action \`${word.text}\``, nearest(word.text, known));
  const [first] = cut(word);
  const hint = actionOf(first.text)
    ? `${first.text}:${word.text.slice(first.text.length).trimStart()}`
    : undefined;
  return wrongPart(word, 'a hook is ACTION:ARGUMENTS', hint);
}
