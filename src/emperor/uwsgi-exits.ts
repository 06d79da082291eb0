// What uWSGI means by its exit codes (uwsgi.h), and which ends are not to be followed by another start.
import type { CommandExit } from '../jail/messages.ts';
import type { StartFailure } from './exit-words.ts';
import type { Planned } from './planned.ts';

const EXILE = 26;

const WORDS: ReadonlyMap<number, string> = new Map([
  [22, 'its application could not be loaded'],
  [EXILE, 'it is not to be started again'],
]);

/** Undefined: the code says all that there is to say. */
export function meaningOf(code: number | null, { config }: Planned): string | undefined {
  return config.uwsgi && code !== null ? WORDS.get(code) : undefined;
}

/** As uWSGI's Emperor has it, a program that cannot be run is no reason to try and try again. */
export function isForGood(
  { config, plan }: Planned,
  command: CommandExit | null,
  failure: StartFailure | undefined,
): boolean {
  if (config.uwsgi === undefined) return false;
  if (failure) return failure.kind === 'step' && plan.steps[failure.failure.step]?.name === 'exec';
  return command?.code === EXILE;
}
