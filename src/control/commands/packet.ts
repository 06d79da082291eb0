// A command as uWSGI's Emperor takes it: a header of four bytes, then pairs of texts, each after its length in 16 bits.

/** The keys that count; `cmd` is another name of `command`, and the last one given holds. */
export interface CommandPacket {
  readonly command: string;
  readonly vassal: string;
  readonly message: string;
}

const HEADER = 4;
const NAMES: Readonly<Record<string, keyof CommandPacket>> = {
  cmd: 'command',
  command: 'command',
  vassal: 'vassal',
  msg: 'message',
};
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** Undefined: it is no such packet. */
export function readPacket(data: Uint8Array): CommandPacket | undefined {
  const found = { command: '', vassal: '', message: '' };
  let at = HEADER;
  if (data.length <= HEADER) return undefined;
  while (at < data.length) {
    const key = readText(data, at);
    const value = key && readText(data, key.end);
    if (value === undefined || key === undefined) return undefined;
    const name = Object.hasOwn(NAMES, key.text) ? NAMES[key.text] : undefined;
    if (name) found[name] = value.text;
    at = value.end;
  }
  return found.command === '' ? undefined : found;
}

function readText(data: Uint8Array, at: number): { text: string; end: number } | undefined {
  const [low, high] = data.subarray(at, at + 2);
  if (low === undefined || high === undefined) return undefined;
  const from = at + 2;
  const end = from + low + high * 256;
  if (end > data.length) return undefined;
  try {
    return { text: UTF_8.decode(data.subarray(from, end)), end };
  } catch {
    return undefined;
  }
}
