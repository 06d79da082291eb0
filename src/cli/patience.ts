// Whoever waits at a terminal for a daemon to have done something is told after a while what it waits for.
import { PATHS, type VassalStatus } from '../control/protocol.ts';
import { shown } from './cells.ts';
import type { Call } from './command.ts';
import { askDaemon } from './daemon.ts';
import { sentenceOf } from './vassal-words.ts';

const SILENCE_MS = 1000;

/** Gives the way to say that the wait is over. */
export function tellWaiting(call: Call, name: string): () => void {
  const { io } = call;
  let over = !io.err.isTTY;
  const timer = over ? undefined : setTimeout(tell, SILENCE_MS);
  return () => {
    over = true;
    clearTimeout(timer);
  };

  async function tell(): Promise<void> {
    const asked = askDaemon(call, (client) => client.get<VassalStatus>(PATHS.vassal(name)));
    const vassal = await asked.catch(() => undefined);
    if (over || vassal === undefined) return;
    const what = `${vassal.state}, ${sentenceOf(vassal, io.now())}`;
    io.err.write(`${shown(name)}: ${shown(what)}\n`);
  }
}
