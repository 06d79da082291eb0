// What an operator may ask of one vassal, and when that is reached.
import { inOneLine } from '../config/problems/format.ts';
import type { DisabledList } from './disabled.ts';
import type { Vassal } from './vassal.ts';
import type { ActionResult, Verb } from './view.ts';

/** Resolves when the end of the verb is reached. */
export const ACTIONS: Readonly<Record<Verb, (vassal: Vassal) => Promise<ActionResult>>> = {
  start: async (vassal) => {
    const refusal = whyNotToStart(vassal);
    if (refusal !== undefined) {
      vassal.release();
      return answer(vassal, false, refusal);
    }
    if (isUp(vassal)) return answer(vassal, true, 'already running');
    vassal.start();
    return settled(vassal);
  },
  stop: async (vassal) => {
    if (vassal.state === 'stopped') return answer(vassal, true, 'already stopped');
    vassal.stop();
    await vassal.until(({ life }) => life.jail === 'none' || !life.held);
    return vassal.life.held
      ? answer(vassal, true, 'stopped')
      : answer(vassal, false, 'somebody has it start again');
  },
  restart: async (vassal) => {
    const refusal = whyNotToStart(vassal);
    if (refusal !== undefined) return answer(vassal, false, refusal);
    const { generation } = vassal.life;
    vassal.restart();
    return settled(vassal, generation);
  },
  reload: async (vassal) => {
    const refusal = whyNotToStart(vassal);
    if (refusal !== undefined) return answer(vassal, false, refusal);
    if (vassal.life.held) return answer(vassal, false, 'not running: it was stopped');
    const { generation } = vassal.life;
    const reloading = await vassal.reload();
    if (reloading === 'new-jail') return settled(vassal, generation);
    if (reloading === 'overlap') return overlapped(vassal, generation);
    if (reloading === 'in-place') return reloaded(vassal, generation);
    if (reloading === 'refused') return answer(vassal, false, firstError(vassal) ?? reloading);
    return answer(vassal, true, LEFT_RUNNING[reloading]);
  },
};

/** Now, and after a reboot. */
export async function makeLast(
  vassal: Vassal,
  order: 'enable' | 'disable',
  list: DisabledList,
): Promise<ActionResult> {
  const disabled = order === 'disable';
  let isNew: boolean;
  try {
    isNew = list.set(vassal.name, vassal.source, disabled);
  } catch (error) {
    return answer(vassal, false, (error as Error).message);
  }
  vassal.isDisabled = disabled;
  const result = await ACTIONS[disabled ? 'stop' : 'start'](vassal);
  const done = `${isNew ? '' : 'already '}${order}d`;
  return { ...result, message: `${done}; ${result.message}` };
}

const LEFT_RUNNING = {
  signal: 'signal sent',
  none: 'left as it is: `reload = none`; `tsjail restart` gives it a new jail',
} as const;

async function overlapped(vassal: Vassal, generation: number): Promise<ActionResult> {
  await vassal.until((each) => !each.isOverlapping);
  if (vassal.life.generation > generation && isUp(vassal))
    return answer(vassal, true, `running, pid ${vassal.commandPid}`);
  return answer(vassal, false, 'the new one did not become ready: see its log');
}

/** A text that is bad is a reason not to start, unless something older runs, and is to run on. */
function whyNotToStart(vassal: Vassal): string | undefined {
  const { jail, next } = vassal.life;
  if (next === 'forget') return `it leaves for good: ${vassal.source} is gone, or the daemon is about to be`;
  return jail === 'none' || next === 'stay-down' ? firstError(vassal) : undefined;
}

function firstError(vassal: Vassal): string | undefined {
  const problem = vassal.problems.find((each) => each.severity === 'error');
  return problem && inOneLine(problem);
}

function isUp(vassal: Vassal): boolean {
  return vassal.state === 'running';
}

/** After a start: up, or down for a reason. `generation` is the one that must be over. */
async function settled(vassal: Vassal, generation = -1): Promise<ActionResult> {
  await vassal.until((each) => {
    const renewed = each.life.generation > generation;
    const isComing = each.state === 'starting' || each.state === 'reloading';
    // How long that takes is up to those.
    if (each.others !== null) return true;
    if (each.state === 'waiting') return each.doors.isListening || each.nextCall !== undefined;
    return (renewed && !isComing) || each.life.jail === 'none';
  });
  if (isUp(vassal)) return answer(vassal, true, `running, pid ${vassal.commandPid}`);
  if (vassal.others !== null) return answer(vassal, true, `waiting for ${vassal.others}`);
  if (vassal.state === 'waiting')
    return answer(vassal, true, vassal.nextCall === undefined ? 'waiting for a connection' : 'waiting');
  const oneShot = vassal.state === 'exited' && vassal.lastExit?.reason === 'success';
  return answer(vassal, oneShot, vassal.lastExit?.message ?? vassal.state);
}

/** In its place: ready again, or gone, or given up waiting for after the time that a start may take. */
async function reloaded(vassal: Vassal, generation: number): Promise<ActionResult> {
  const pid = vassal.commandPid;
  await within(
    vassal.config?.startTimeoutMs ?? 0,
    vassal.until((each) => !each.isReloading),
  );
  if (vassal.state === 'reloading') return settled(vassal, generation);
  if (vassal.isReloading) return answer(vassal, false, 'told to reload, but not ready again yet');
  if (vassal.life.generation !== generation || vassal.commandPid !== pid)
    return answer(vassal, false, vassal.lastExit?.message ?? vassal.state);
  return answer(vassal, true, `reloaded, pid ${pid}`);
}

async function within(ms: number, done: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}

function answer(vassal: Vassal, ok: boolean, message: string): ActionResult {
  return { name: vassal.name, ok, state: vassal.state, message };
}
