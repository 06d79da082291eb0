// The value of `socket`: an address, then what is to be different about it (`mode=`, `owner=`, `backlog=`, `name=`).
import { Bad } from '../problems/bad.ts';
import { nearest } from '../problems/nearest.ts';
import type { ReadContext } from '../readers.ts';
import type { SocketAddress } from '../vassal-config.ts';
import { readListenAddress } from './address.ts';
import { readOwner, type SocketOwner } from './owner.ts';

export interface SocketLine {
  readonly address: SocketAddress;
  readonly mode?: number;
  readonly owner?: SocketOwner;
  readonly backlog?: number;
  readonly name?: string;
}

type Setting = Exclude<keyof SocketLine, 'address'>;

const READERS: Readonly<Record<Setting, (text: string, context: ReadContext) => unknown>> = {
  mode: readMode,
  owner: readOwner,
  backlog: readBacklog,
  name: readName,
};
const FOR_PATHS: readonly string[] = ['mode', 'owner'];
const MOST_BACKLOG = 2 ** 31 - 1;
/** sd_listen_fds(3): LISTEN_FDNAMES is a list with colons. */
const NAME = /^[!-9;-~]{1,255}$/;

export function readSocketLine(text: string, context: ReadContext): SocketLine | Bad {
  const first = text.search(/[ \t]+[a-z-]+=/i);
  const address = readListenAddress(first < 0 ? text : text.slice(0, first), context.base);
  if (address instanceof Bad) {
    const { suggestion } = address.options;
    return first < 0 ? address : new Bad(address.message, { suggestion, from: 0, to: first });
  }
  if (first < 0) return { address };
  const settings = readSettings(text, first, address, context);
  return settings instanceof Bad ? settings : { address, ...settings };
}

function readSettings(
  text: string,
  start: number,
  address: SocketAddress,
  context: ReadContext,
): Omit<SocketLine, 'address'> | Bad {
  const read: Record<string, unknown> = {};
  for (const { 0: word, index } of text.slice(start).matchAll(/\S+/g)) {
    const value = readSetting(word, address, read, context);
    const from = start + index;
    if (value instanceof Bad)
      return new Bad(value.message, { ...value.options, from, to: from + word.length });
    Object.assign(read, value);
  }
  return read;
}

function readSetting(
  word: string,
  address: SocketAddress,
  before: Readonly<Record<string, unknown>>,
  context: ReadContext,
): Readonly<Record<string, unknown>> | Bad {
  const split = word.indexOf('=');
  const key = split < 0 ? word : word.slice(0, split);
  const value = word.slice(split + 1);
  if (split < 0 || !Object.hasOwn(READERS, key)) {
    const like = nearest(key, Object.keys(READERS));
    return new Bad(`\`${word}\` is none of ${Object.keys(READERS).join('=, ')}=`, {
      suggestion: like && split >= 0 ? `${like}=${value}` : undefined,
    });
  }
  if (Object.hasOwn(before, key)) return new Bad(`a second \`${key}=\``);
  if (FOR_PATHS.includes(key) && address.kind !== 'unix')
    return new Bad(`\`${key}=\` is for a path: this address is none`);
  const read = READERS[key as Setting](value, context);
  return read instanceof Bad ? inPlace(read, key) : { [key]: read };
}

/** What the whole word should be. */
function inPlace({ message, options }: Bad, key: string): Bad {
  const { guess, ...rest } = options;
  const whole = () => {
    const meant = guess?.();
    return meant && `${key}=${meant}`;
  };
  return new Bad(message, { ...rest, guess: whole });
}

/** As chmod(1) has it. */
export function readMode(text: string): number | Bad {
  return /^0?[0-7]{3}$/.test(text)
    ? Number.parseInt(text, 8)
    : new Bad(`\`${text}\` is not a mode such as 0660`);
}

export function readBacklog(text: string): number | Bad {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= MOST_BACKLOG
    ? number
    : new Bad(`\`${text}\` is not a number of waiting connections: 1 or more`);
}

function readName(text: string): string | Bad {
  return NAME.test(text) ? text : new Bad(`\`${text}\` is not a name: printable ASCII without \`:\``);
}
