// `tsjail start|stop|restart|reload|enable|disable`: one deed on several vassals, a result for each. What takes a vassal down to bring it up again
// is done to a few at a time, and to no more once one has not come back.
import { count } from '../config/problems/count.ts';
import type { ControlClient } from '../control/client.ts';
import { PATHS } from '../control/protocol.ts';
import type { ActionResult, Order, VassalView } from '../emperor/view.ts';
import { shown } from './cells.ts';
import { inTurn } from './chain.ts';
import type { Call, Run } from './command.ts';
import { askAbout, askDaemon } from './daemon.ts';
import { EXIT, Failure, UsageError } from './errors.ts';
import { printJsonLine } from './json.ts';
import { isMeant, meantOf } from './meant.ts';
import { isThere } from './meant-names.ts';
import { tellWaiting } from './patience.ts';

interface Manner {
  /** How many at a time, unless it is said. */
  readonly parallel: number;
  /** One that was up and is not any more ends it. */
  readonly isCareful: boolean;
  /** Of all vassals, those whom it is about. */
  readonly concerns: (vassal: VassalView) => boolean;
}

const ALL_AT_ONCE = { parallel: Number.POSITIVE_INFINITY, isCareful: false, concerns: () => true };
/** Down as it was meant to be: by an operator, or because its work is done. `start` is for that. */
const DOWN: readonly string[] = ['stopped', 'exited'];
const BY_AND_BY = {
  parallel: 2,
  isCareful: true,
  concerns: ({ state }: VassalView) => !DOWN.includes(state),
};
const MANNERS: Readonly<Record<Order, Manner>> = {
  start: ALL_AT_ONCE,
  stop: ALL_AT_ONCE,
  restart: BY_AND_BY,
  reload: BY_AND_BY,
  enable: ALL_AT_ONCE,
  disable: ALL_AT_ONCE,
};
/** What to ask of a daemon that has taken over what another one had begun: it waits for the same end. */
const GOES_ON: Readonly<Record<Order, Order>> = {
  start: 'start',
  stop: 'stop',
  restart: 'start',
  reload: 'start',
  enable: 'enable',
  disable: 'disable',
};
const UP: readonly string[] = ['running', 'reloading'];

export function act(verb: Order): Run {
  return async (call) => {
    const parallel = parallelOf(call, verb);
    const { names, known } = await chosen(call, verb);
    const codes: number[] = [];
    const failed: string[] = [];
    const left = await inTurn(names, {
      parallel,
      before: neighbours(verb, names, known),
      run: async (name) => {
        const code = await actOn(
          call,
          verb,
          name,
          names.length > 1 ? `[${codes.length + 1}/${names.length}] ` : '',
        );
        codes.push(code);
        const wasUp = UP.includes(known.get(name)?.state ?? '');
        if (code !== EXIT.failed || !wasUp || call.options['keep-going']) return true;
        failed.push(name);
        return !MANNERS[verb].isCareful;
      },
    });
    if (left.length > 0) tellLeft(call, left, failed, known);
    return Math.max(EXIT.done, ...codes);
  };
}

function parallelOf({ options }: Call, verb: Order): number {
  const { parallel } = options;
  if (parallel === undefined) return MANNERS[verb].parallel;
  if (!/^[1-9]\d{0,5}$/.test(parallel))
    throw new UsageError(`\`--parallel\` takes a number of at least 1, not \`${parallel}\``);
  return Number(parallel);
}

interface Chosen {
  readonly names: readonly string[];
  /** All that there are, where there is an order among several. */
  readonly known: ReadonlyMap<string, VassalView>;
}

async function chosen(call: Call, verb: Order): Promise<Chosen> {
  const given = [...new Set(call.operands.map(({ value }) => value))];
  const { all } = call.options;
  if (all && given.length > 0) throw new UsageError('either --all or names');
  if (!all && given.length === 0) throw new UsageError('which vassal? NAME…, or --all');
  const [only = ''] = given;
  if (given.length === 1 && (await isThere(call, only))) return { names: given, known: new Map() };
  const vassals = await askDaemon(call, (client) => client.get<VassalView[]>(PATHS.plainVassals));
  const known = new Map(vassals.map((vassal) => [vassal.name, vassal]));
  const concerned = vassals.filter(MANNERS[verb].concerns).map(({ name }) => name);
  return { names: all ? concerned : meantOf([...known.keys()], given), known };
}

/** Whom each comes after: at a stop it is the other way round. */
function neighbours(
  verb: Order,
  names: readonly string[],
  known: Chosen['known'],
): (name: string) => readonly string[] {
  const former = new Map(
    names.map((name) => {
      const after = known.get(name)?.after ?? [];
      return [
        name,
        after.flatMap((by) => names.filter((each) => each !== name && isMeant(each, by))),
      ] as const;
    }),
  );
  if (verb !== 'stop' && verb !== 'disable') return (name) => former.get(name) ?? [];
  return (name) => names.filter((each) => former.get(each)?.includes(name));
}

/** The failure of one does not hide the success of another: told at once, whoever it is about. */
async function actOn(call: Call, verb: Order, name: string, progress: string): Promise<number> {
  const { io, options } = call;
  const place = io.out.isTTY ? progress : '';
  const isOver = tellWaiting(call, name);
  try {
    const again = PATHS.act(name, GOES_ON[verb]);
    const post = (client: ControlClient) => client.postOn<ActionResult>(PATHS.act(name, verb), again);
    const result = await askAbout(call, name, post).finally(isOver);
    const { ok, state, message } = result;
    if (options.json) printJsonLine(io.out, result);
    else (ok ? io.out : io.err).write(`${place}${shown(name)}: ${shown(message)}\n`);
    if (ok) return EXIT.done;
    return state === 'stopped' ? EXIT.notRunning : EXIT.failed;
  } catch (error) {
    if (!(error instanceof Failure) || progress === '') throw error;
    io.err.write(`tsjail: ${error.message}\n`);
    return error.code;
  }
}

function tellLeft(
  { io, options }: Call,
  left: readonly string[],
  failed: readonly string[],
  known: Chosen['known'],
): void {
  const why = `${failed.join(', ')} did not come back`;
  if (options.json) {
    for (const name of left)
      printJsonLine(io.out, {
        name,
        ok: false,
        state: known.get(name)?.state ?? null,
        message: `left as it is: ${why}`,
      });
    return;
  }
  const others = `${count(left.length, 'vassal')} left as they are: ${left.join(', ')}`;
  io.err.write(`tsjail: ${shown(`${why}; ${others}`)} (--keep-going goes on)\n`);
}
