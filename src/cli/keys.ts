// Keys that are pressed on a terminal, by name, from the bytes that it sends for them (xterm's, which all others follow).

const NAMED: Readonly<Record<string, string>> = {
  '\u001b[A': 'up',
  '\u001bOA': 'up',
  '\u001b[B': 'down',
  '\u001bOB': 'down',
  '\u001b[5~': 'page-up',
  '\u001b[6~': 'page-down',
  '\u001b[H': 'home',
  '\u001bOH': 'home',
  '\u001b[1~': 'home',
  '\u001b[F': 'end',
  '\u001bOF': 'end',
  '\u001b[4~': 'end',
  '\u001b': 'escape',
  '\r': 'enter',
  '\n': 'enter',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u0003': 'interrupt',
  '\u000c': 'redraw',
  '\u0015': 'clear',
  '\u001a': 'suspend',
};
const SEQUENCE = /^\u001b(?:\[[\d;]*[ -/]*[@-~]|O.)/;

/** A sequence that nobody knows is no key; what is none of these is the character itself. */
export function keysIn(text: string): string[] {
  const keys: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const sequence = SEQUENCE.exec(rest)?.[0];
    const [char = ''] = rest;
    const written = sequence ?? char;
    const key = NAMED[written] ?? (sequence === undefined ? char : undefined);
    if (key !== undefined) keys.push(key);
    rest = rest.slice(written.length);
  }
  return keys;
}
