// Signal names and numbers (signal(7)), real-time ones by glibc's count.
import { constants } from 'node:os';
import { Bad } from './problems/bad.ts';
import { nearest } from './problems/nearest.ts';

const RTMIN = 34;
const RTMAX = 64;
const NUMBERS: ReadonlyMap<string, number> = new Map(
  Object.entries(constants.signals).map(([name, number]) => [name.slice('SIG'.length), number]),
);

/** `TERM`, `SIGTERM`, `15`, `RTMIN+3`. */
export function readSignal(text: string): number | Bad {
  if (/^\d{1,4}$/.test(text)) {
    const number = Number(text);
    return number >= 1 && number <= RTMAX ? number : new Bad(`there is no signal ${text}: 1 to ${RTMAX}`);
  }
  const name = text.toUpperCase().replace(/^SIG/, '');
  return (
    NUMBERS.get(name) ??
    realTime(name) ??
    new Bad(`unknown signal \`${text}\``, { suggestion: nearest(name, NUMBERS.keys()) })
  );
}

function realTime(name: string): number | undefined {
  const [, end, offset = '0'] = /^(RTMIN(?=\+|$)|RTMAX(?=-|$))(?:[+-](\d{1,2}))?$/.exec(name) ?? [];
  if (end === undefined) return undefined;
  const number = end === 'RTMIN' ? RTMIN + Number(offset) : RTMAX - Number(offset);
  return number >= RTMIN && number <= RTMAX ? number : undefined;
}
