// `tsjail start|stop|restart|reload`: one deed on several vassals at once, a result for each.
import type { ControlClient } from '../control/client.ts';
import { PATHS } from '../control/protocol.ts';
import type { ActionResult, VassalView, Verb } from '../emperor/view.ts';
import { shown } from './cells.ts';
import type { Call, Run } from './command.ts';
import { askAbout, askDaemon } from './daemon.ts';
import { EXIT, Failure, UsageError } from './errors.ts';

export function act(verb: Verb): Run {
  return async (call) => {
    const names = await namesOf(call);
    const codes = await Promise.all(names.map((name) => actOn(call, verb, name)));
    return Math.max(EXIT.done, ...codes);
  };
}

async function namesOf(call: Call): Promise<string[]> {
  const given = [...new Set(call.operands.map(({ value }) => value))];
  if (call.options.all) {
    if (given.length > 0) throw new UsageError('either --all or names');
    const vassals = await askDaemon(call, (client) => client.get<VassalView[]>(PATHS.vassals));
    return vassals.map((vassal) => vassal.name);
  }
  if (given.length === 0) throw new UsageError('which vassal? NAME…, or --all');
  return given;
}

/** The failure of one does not hide the success of another: told at once, whoever it is about. */
async function actOn(call: Call, verb: Verb, name: string): Promise<number> {
  const { io } = call;
  try {
    const post = (client: ControlClient) => client.post<ActionResult>(PATHS.act(name, verb));
    const { ok, state, message } = await askAbout(call, name, post);
    (ok ? io.out : io.err).write(`${shown(name)}: ${shown(message)}\n`);
    if (ok) return EXIT.done;
    return state === 'stopped' ? EXIT.notRunning : EXIT.failed;
  } catch (error) {
    if (!(error instanceof Failure) || call.operands.length <= 1) throw error;
    io.err.write(`tsjail: ${error.message}\n`);
    return error.code;
  }
}
