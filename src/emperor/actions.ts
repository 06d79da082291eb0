// What an operator may ask of one vassal, and when that is reached.
import { inOneLine } from '../config/format.ts';
import type { Vassal } from './vassal.ts';
import type { ActionResult, Verb } from './view.ts';

/** Resolves when the end of the verb is reached. */
export const ACTIONS: Readonly<Record<Verb, (vassal: Vassal) => Promise<ActionResult>>> = {
  start: async (vassal) => {
    const refusal = refusalToStart(vassal);
    if (refusal) return refusal;
    if (isUp(vassal)) return answer(vassal, true, 'already running');
    vassal.start();
    return settled(vassal);
  },
  stop: async (vassal) => {
    if (vassal.state === 'stopped') return answer(vassal, true, 'already stopped');
    vassal.stop();
    await vassal.until((each) => each.life.jail === 'none');
    return answer(vassal, true, 'stopped');
  },
  restart: async (vassal) => {
    const refusal = refusalToStart(vassal);
    if (refusal) return refusal;
    const { generation } = vassal.life;
    vassal.restart();
    return settled(vassal, generation);
  },
  reload: async (vassal) => {
    const refusal = refusalToStart(vassal);
    if (refusal) return refusal;
    if (vassal.life.held) return answer(vassal, false, 'not running: it was stopped');
    const { generation } = vassal.life;
    const viaSignal = vassal.config?.reload.kind === 'signal' && isUp(vassal);
    vassal.reload();
    return viaSignal ? answer(vassal, true, 'signal sent') : settled(vassal, generation);
  },
};

/** A text that is bad is a reason not to start, unless something older runs. */
function refusalToStart(vassal: Vassal): ActionResult | undefined {
  const problem = vassal.problems.find((each) => each.severity === 'error');
  if (problem === undefined || vassal.life.jail !== 'none') return undefined;
  return answer(vassal, false, inOneLine(problem));
}

function isUp(vassal: Vassal): boolean {
  return vassal.state === 'running';
}

/** After a start: up, or down for a reason. `generation` is the one that must be over. */
async function settled(vassal: Vassal, generation = -1): Promise<ActionResult> {
  await vassal.until((each) => {
    const renewed = each.life.generation > generation;
    return (renewed && each.state !== 'starting' && each.state !== 'reloading') || each.life.jail === 'none';
  });
  if (isUp(vassal)) return answer(vassal, true, `running, pid ${vassal.commandPid}`);
  const oneShot = vassal.state === 'exited' && vassal.lastExit?.reason === 'success';
  return answer(vassal, oneShot, vassal.lastExit?.message ?? vassal.state);
}

function answer(vassal: Vassal, ok: boolean, message: string): ActionResult {
  return { name: vassal.name, ok, state: vassal.state, message };
}
