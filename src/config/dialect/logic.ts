// The table of `for-…` and `if-…`: what each makes of its argument.
import { posix } from 'node:path';
import type { HostFacts } from '../host.ts';
import { Bad } from '../problems/bad.ts';
import { mayAsk, type Whose } from '../tenant.ts';
import type { Asked } from './asked.ts';
import { hostnamePattern } from './hostname-pattern.ts';
import type { Found } from './item.ts';
import { variable } from './targets.ts';
import { ownWhose } from './whose.ts';

/** One for each time that a line of the block counts; undefined: nothing was found to stand for `%(_)`. */
export type Rounds = readonly (Found | undefined)[];

/** What an argument is read with. Its keys are as far as the config has been read. */
export interface LogicContext {
  readonly host: HostFacts;
  readonly asked: Asked;
  readonly base: string;
  /** With magic alone. */
  readonly text: string | Bad;
  /** Of the text. */
  readonly whose: Whose;
  /** With whose rights a file is read that it names. */
  readonly reader: Whose;
  /** With what may stand in the name of a file. */
  path(): string | Bad;
  /** Value of the first line with that key, with magic alone. */
  given(key: string): string | undefined;
  /** Says that another host name is matched; false: that were too many. */
  match(): boolean;
}

export interface Logic {
  readonly loop: boolean;
  /** What it says may change from line to line. */
  readonly fickle: boolean;
  readonly argument: boolean;
  rounds(context: LogicContext): Rounds | Bad;
}

interface Finding {
  readonly holds: boolean;
  readonly found?: Found | undefined;
}
type Condition = (text: string, context: LogicContext) => Finding | Bad;

/** As many as lines may be read in all. */
export const MOST_ROUNDS = 100_000;
const NEVER: Rounds = [];
/** The daemon has eyes for all that there is, and no others. */
const NOT_FOR_TENANTS = new Bad(
  'in tyrant mode the daemon looks for no tenant whether something is there: not in a line of his, and along no path with placeholders',
  { code: 'not-for-tenants' },
);

const CONDITIONS: Readonly<Record<string, Condition>> = {
  env: (text, { host, whose }) =>
    compared(text, (name) => outside(mayAsk(whose, name) ? variable(host, name) : undefined, whose)),
  opt: (text, { given }) => compared(text, (key) => ofKey(key, given(key))),
  exists: onPath(({ kind, readable }) => kind !== 'none' && readable),
  file: onPath(({ kind }) => kind === 'file'),
  dir: onPath(({ kind }) => kind === 'directory'),
  // There are no plugins here.
  plugin: (text, { whose }) => ({ holds: false, found: outside(text, whose)?.found }),
  hostname: (text, { host, whose }) => ({
    holds: text === host.hostname,
    found: outside(text, whose)?.found,
  }),
  'hostname-match': matched,
  // Every start is a new one.
  reload: () => ({ holds: false }),
};

const LOOPS: Readonly<Record<string, (context: LogicContext) => Rounds | Bad>> = {
  for: ({ text, whose }) => (text instanceof Bad ? text : fromConfig(text.split(' ').filter(Boolean), whose)),
  'for-times': ({ text, whose }) => (text instanceof Bad ? text : times(text, whose)),
  'for-glob': globbed,
  'for-readline': linesOf,
};

/** Other spellings, by the one above. */
const ALIASES: readonly (readonly [string, string])[] = [
  ['ifenv', 'if-env'],
  ['ifexists', 'if-exists'],
  ['ifdir', 'if-dir'],
  ['if-directory', 'if-dir'],
  ['ifplugin', 'if-plugin'],
];

export const LOGIC: ReadonlyMap<string, Logic> = table();
export const ENDS: ReadonlySet<string> = new Set(['end', 'endif', 'end-if', 'endfor', 'end-for']);

function table(): Map<string, Logic> {
  const made = new Map<string, Logic>();
  for (const [name, rounds] of Object.entries(LOOPS))
    made.set(name, { loop: true, fickle: false, argument: true, rounds });
  for (const [name, condition] of Object.entries(CONDITIONS)) {
    const common = { loop: false, fickle: name === 'opt', argument: name !== 'reload' };
    made.set(`if-${name}`, { ...common, rounds: (context) => asRounds(condition, context, true) });
    made.set(`if-not-${name}`, { ...common, rounds: (context) => asRounds(condition, context, false) });
  }
  for (const [alias, name] of ALIASES) {
    const logic = made.get(name);
    if (logic) made.set(alias, logic);
  }
  return made;
}

function asRounds(condition: Condition, context: LogicContext, wanted: boolean): Rounds | Bad {
  const { text } = context;
  if (text instanceof Bad) return text;
  const finding = condition(text, context);
  if (finding instanceof Bad) return finding;
  return finding.holds === wanted ? [finding.found] : NEVER;
}

interface Value {
  readonly text: string;
  readonly found: Found;
}

function outside(text: string | undefined, whose: Whose): Value | undefined {
  return text === undefined ? undefined : { text, found: { text, from: 'outside', whose } };
}

function ofKey(key: string, text: string | undefined): Value | undefined {
  return text === undefined ? undefined : { text, found: { key } };
}

/** `NAME`, or `NAME=VALUE` without blanks around the `=`. */
function compared(text: string, find: (name: string) => Value | undefined): Finding {
  const split = text.indexOf('=');
  const value = find(split < 0 ? text : text.slice(0, split));
  if (value === undefined) return { holds: false };
  return { holds: split < 0 || value.text === text.slice(split + 1), found: value.found };
}

function onPath(holds: (look: NonNullable<ReturnType<HostFacts['look']>>) => boolean): Condition {
  return (_, { path, asked, base, whose, reader }) => {
    if (reader === 'tenant') return NOT_FOR_TENANTS;
    const name = path();
    if (name instanceof Bad) return name;
    const look = asked.look(posix.resolve(base, name));
    return { holds: look !== undefined && holds(look), found: { text: name, from: 'outside', whose } };
  };
}

function matched(text: string, { host, match, whose }: LogicContext): Finding | Bad {
  const pattern = hostnamePattern(text);
  if (pattern instanceof Bad) return pattern;
  if (!match()) return new Bad('too many conditions on the host name');
  return { holds: pattern.test(host.hostname), found: { text, from: 'outside', whose } };
}

function fromConfig(words: readonly string[], whose: Whose): Rounds {
  return words.map((text) => ({ text, from: 'config', whose }));
}

function fromOutside(texts: readonly string[], whose: Whose): Rounds {
  return texts.map((text) => ({ text, from: 'outside', whose }));
}

function times(text: string, whose: Whose): Rounds | Bad {
  if (!/^\d+$/.test(text)) return new Bad('this is not a number of times');
  const number = Number(text);
  if (number > MOST_ROUNDS) return new Bad(`at most ${MOST_ROUNDS} times`);
  return fromOutside(
    Array.from({ length: number }, (_, index) => String(index + 1)),
    whose,
  );
}

/** What matches nothing stands for itself, as in a shell. A tenant may have given the files their names. */
function globbed({ path, asked, base, host, reader }: LogicContext): Rounds | Bad {
  if (reader === 'tenant') return NOT_FOR_TENANTS;
  const pattern = path();
  if (pattern instanceof Bad) return pattern;
  const prefix = base.endsWith('/') ? base : `${base}/`;
  const absolute = pattern.startsWith('/');
  const paths = asked.glob(absolute ? pattern : `${prefix.replace(/[*?[\\]/g, '\\$&')}${pattern}`);
  if (paths instanceof Bad) return paths;
  if (paths === undefined) return NEVER;
  if (paths.length === 0) return fromOutside([pattern], ownWhose(host));
  return fromOutside(absolute ? paths : paths.map((each) => each.slice(prefix.length)), ownWhose(host));
}

function linesOf({ path, asked, base, reader }: LogicContext): Rounds | Bad {
  const name = path();
  if (name instanceof Bad) return name;
  const text = asked.read(posix.resolve(base, name), reader);
  if (text === undefined || text === '') return NEVER;
  if (text instanceof Bad) return text;
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  return lines.length > MOST_ROUNDS
    ? new Bad(`more than ${MOST_ROUNDS} lines`)
    : fromOutside(
        lines.map((line) => line.replace(/\r+$/, '')),
        reader,
      );
}
