// Whether there is colour, and the few kinds of text that have one.
import { UsageError } from './errors.ts';
import type { Environment, Output } from './io.ts';

/** SGR parameters (ECMA-48 8.3.117): what they mean here rather than what they look like. */
const CODES = {
  good: '32',
  busy: '33',
  bad: '31',
  quiet: '2',
  strong: '1',
  voice0: '36',
  voice1: '35',
  voice2: '32',
  voice3: '33',
  voice4: '34',
  voice5: '31',
} as const;

export type Kind = keyof typeof CODES;

/** For those who are to be told apart. */
export const VOICES = ['voice0', 'voice1', 'voice2', 'voice3', 'voice4', 'voice5'] as const satisfies Kind[];

export interface Style {
  readonly color: boolean;
  paint(kind: Kind | undefined, text: string): string;
}

const CHOICES = ['auto', 'always', 'never'];

/** `when`: the value of --color, which wins over all. */
export function styleOf(output: Pick<Output, 'isTTY'>, env: Environment, when: string | undefined): Style {
  const color = wantsColor(output, env, when ?? 'auto');
  return {
    color,
    paint: (kind, text) =>
      color && kind !== undefined && text !== '' ? `\u001b[${CODES[kind]}m${text}\u001b[0m` : text,
  };
}

function wantsColor(output: Pick<Output, 'isTTY'>, env: Environment, when: string): boolean {
  if (!CHOICES.includes(when)) throw new UsageError(`--color is one of ${CHOICES.join(', ')}`);
  if (when !== 'auto') return when === 'always';
  if (env.NO_COLOR) return false;
  if (isOn(env.FORCE_COLOR) || isOn(env.CLICOLOR_FORCE)) return true;
  return output.isTTY && env.TERM !== 'dumb';
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
