// The new code, tried beside the daemon before it takes its place: it loads all that it needs, reads the config and the state,
// says whether it could go on from there, and ends.
import { HostProgram, type ProgramParts } from '../../jail/host-program.ts';
import type { JailParts } from '../../jail/jail.ts';
import { oneLine } from '../../output/escape.ts';
import { step } from '../../plan/step.ts';
import { environmentFor } from '../../system/handed.ts';
import { ownProgram, type Program } from './program.ts';
import { Misshapen, oneOf, record, text } from './shape.ts';

/** What it tells, as a line of its own. */
export interface Verdict {
  readonly verdict: 'fine' | 'no';
  readonly version: string;
  /** Why not; empty: it is fine. */
  readonly why: string;
}

export type Trial = { readonly version: string } | { readonly problem: string };

/** Nobody waits for it but who has asked: enough for a slow machine with all of its vassals in the state. */
export const PATIENCE_MS = 60_000;
/** Where a helper has what it is passed, and where the new code finds the state. */
const FIRST_PASSED = 5;
const STATE_FD = 3;
const verdictShape = record<Verdict>({ verdict: oneOf('fine', 'no'), version: text, why: text });
const ERROR = /^(\w*Error|tsjail|node)\b.*: /;
const NODE_LINE = /^Node\.js v/;

/** What it says is shown: one line of some length. */
const MOST_SHOWN = 300;

export type TrialParts = ProgramParts & Pick<JailParts, 'endOrphans'>;

/** `state`: descriptor of a state as the daemon would hand it over. */
export async function tryNewCode(
  parts: TrialParts,
  state: number,
  patienceMs = PATIENCE_MS,
  { path, argv }: Program = ownProgram(),
): Promise<Trial> {
  const words = [path, ...argv.slice(1)];
  const environment = environmentFor({ purpose: 'trial', fd: STATE_FD });
  const steps = [
    step('session'),
    step('signals'),
    step('pass-fds', [FIRST_PASSED, STATE_FD]),
    step('exec', [words.length, ...words, ...environment]),
  ];
  const program = new HostProgram(parts, steps, [state], (said) => said);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    program.kill();
  }, patienceMs);
  const { said, code } = await program.end;
  clearTimeout(timer);
  // Who starts the program may be a script, which leaves us what it has started.
  void parts.endOrphans();
  if (isLate) return { problem: `it did not answer within ${patienceMs / 1000} s` };
  return trialOf(said, code);
}

export function verdictLine(verdict: Verdict): string {
  return `${JSON.stringify(verdict)}\n`;
}

function trialOf(said: string, code: number | null): Trial {
  const verdict = verdictIn(said);
  if (verdict?.verdict === 'fine' && code === 0) return { version: verdict.version };
  return { problem: readable(verdict?.why || reasonIn(said) || `exit code ${code}`) };
}

/** Whatever it is that was started there, it may say anything. */
function verdictIn(said: string): Verdict | undefined {
  const line = said.split('\n').find((each) => each.startsWith('{"verdict":'));
  try {
    return line === undefined ? undefined : verdictShape(JSON.parse(line), 'verdict');
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Misshapen) return undefined;
    throw error;
  }
}

function readable(text: string): string {
  const line = oneLine(text);
  return line.length > MOST_SHOWN ? `${line.slice(0, MOST_SHOWN)}…` : line;
}

/** Of all that it said, the line that tells most: an error, or the last one. */
function reasonIn(said: string): string {
  const lines = said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !NODE_LINE.test(line));
  return lines.find((line) => ERROR.test(line)) ?? lines.at(-1) ?? '';
}
