// What a program's file says of how it was linked, by binutils.
import { execFileSync } from 'node:child_process';

export interface Hardening {
  /** ET_DYN. */
  readonly isPie: boolean;
  readonly isStatic: boolean;
  readonly hasRelro: boolean;
  readonly bindsNow: boolean;
  /** No segment can be written and executed, the stack least of all. */
  readonly isWriteXorExecute: boolean;
  /** Of the note: `IBT`, `SHSTK`, `BTI`, `PAC`. */
  readonly features: readonly string[];
}

/** `prefix`: of the tools for another machine. */
export function hardeningOf(file: string, prefix = ''): Hardening {
  const said = execFileSync(`${prefix}readelf`, ['-W', '-h', '-d', '-l', '-n', file], { encoding: 'utf8' });
  const segments = [...said.matchAll(/^ +(LOAD|GNU_STACK) .* ([R ][W ][E ]) /gm)].map(
    ([, , flags = '']) => flags,
  );
  const [, features = ''] = /(?:x86|AArch64) feature: (.*)$/m.exec(said) ?? [];
  return {
    isPie: /Type: +DYN/.test(said),
    isStatic: !/INTERP|NEEDED/.test(said),
    hasRelro: /GNU_RELRO/.test(said),
    bindsNow: /BIND_NOW|FLAGS_1.*NOW/.test(said),
    isWriteXorExecute:
      said.includes('GNU_STACK') && !segments.some((flags) => flags.includes('W') && flags.includes('E')),
    features: features.split(', ').filter(Boolean),
  };
}

/** Names of symbols, also those that a stripped file needs from others. */
export function symbolsOf(file: string, prefix = ''): string {
  return execFileSync(`${prefix}readelf`, ['-W', '-s', file], { encoding: 'utf8' });
}
