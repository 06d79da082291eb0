// What is said of a key that is no option of ours but means something to uWSGI, or will to us.
import { optionOf, type Scope } from '../options.ts';
import { LEFT_OUT, NEEDLESS, NEEDLESS_OF_VASSALS, type Reason } from './left-out.ts';
import { notThereYet, UWSGIS } from './uwsgi.ts';

export interface Answer {
  readonly kind: 'not-there-yet' | 'left-out' | 'needless' | 'of-uwsgi';
  readonly why: string | undefined;
  readonly nearest: string | undefined;
}

const LEFT_OUT_BY_NAME = byName(LEFT_OUT);
const NEEDLESS_BY_NAME: Readonly<Record<Scope, ReadonlyMap<string, Reason>>> = {
  emperor: byName(NEEDLESS),
  vassal: byName(NEEDLESS_OF_VASSALS),
};

/** Undefined: nobody knows the key (with `-`). */
export function answerTo(key: string, scope: Scope): Answer | undefined {
  const needless = NEEDLESS_BY_NAME[scope].get(key);
  if (needless) return { kind: 'needless', why: needless.why, nearest: undefined };
  if (UWSGIS.has(key)) return { kind: 'of-uwsgi', why: OF_UWSGI, nearest: undefined };
  const later = notThereYet(key, scope);
  if (later) return { kind: 'not-there-yet', why: undefined, nearest: later.nearest ?? undefined };
  const reason = LEFT_OUT_BY_NAME.get(key);
  if (reason === undefined) return undefined;
  const { why, nearest } = reason;
  return { kind: 'left-out', why, nearest: nearest && optionOf(nearest, scope) ? nearest : undefined };
}

const OF_UWSGI = 'files with a section [uwsgi] are run by it';

/** The rest of a sentence that begins with the key. */
export function answerText({ kind, why, nearest }: Answer): string {
  const reason = why === undefined ? '' : `: ${why}`;
  const hint = nearest === undefined ? '' : `; the nearest is \`${nearest}\``;
  return `${WORDS[kind]}${reason}${hint}`;
}

const WORDS: Readonly<Record<Answer['kind'], string>> = {
  'not-there-yet': 'is not there yet',
  'left-out': 'is left out',
  needless: 'changes nothing',
  'of-uwsgi': 'is an option of uWSGI itself',
};

function byName(reasons: readonly Reason[]): ReadonlyMap<string, Reason> {
  return new Map(reasons.flatMap((reason) => reason.names.map((name) => [name, reason] as const)));
}
