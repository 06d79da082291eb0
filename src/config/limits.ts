// Reader for the rlimits: `N`, `soft:hard`, `unlimited`, with K, M, G where bytes are counted.
import { Bad } from './problems/bad.ts';
import { RESOURCES } from './resources.ts';
import type { Limit } from './vassal-config.ts';

const SUFFIX: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };
const UNLIMITED = new Set(['unlimited', 'infinity']);

/** `name` is that of the option: `limit-nofile`. */
export function readLimit(text: string, { name }: { readonly name: string }): Limit | Bad {
  const unit = RESOURCES[name.replace(/^limit-/, '')]?.unit ?? 'count';
  const halves = text.split(':');
  if (halves.length > 2) return new Bad(`\`${text}\` is not a limit: N, SOFT:HARD or unlimited`);
  const soft = readHalf(halves[0]?.trim() ?? '', unit);
  const hard = halves.length === 1 ? soft : readHalf(halves[1]?.trim() ?? '', unit);
  if (soft instanceof Bad) return soft;
  if (hard instanceof Bad) return hard;
  if (soft === undefined && hard === undefined) return new Bad(`\`${text}\` limits nothing`);
  if (soft !== undefined && hard !== undefined && soft > hard)
    return new Bad('the soft limit is above the hard one');
  return { soft, hard };
}

function readHalf(text: string, unit: string): number | undefined | Bad {
  if (text === '') return undefined;
  if (UNLIMITED.has(text)) return Number.POSITIVE_INFINITY;
  const [, digits, suffix = ''] = /^(\d{1,15})([KMGT]?)(?:i?B)?$/i.exec(text) ?? [];
  const bytes = unit === 'bytes' || unit === 'mebibytes';
  if (digits === undefined || (!bytes && !/^\d+$/.test(text))) {
    return new Bad(
      `\`${text}\` is not a limit: ${bytes ? 'bytes, also with K, M, G' : 'a whole number'}, or unlimited`,
    );
  }
  const factor =
    suffix === '' && unit === 'mebibytes' && /^\d+$/.test(text)
      ? 1024 ** 2
      : (SUFFIX[suffix.toUpperCase()] ?? 1);
  const value = Number(digits) * factor;
  return Number.isSafeInteger(value) ? value : new Bad(`${text} is too large`);
}
