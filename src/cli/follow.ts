// A stream of the daemon's that outlives a connection: a daemon that is replaced by another one keeps its socket, so whoever
// listens asks again, for a while.
import { ControlError } from '../control/client.ts';
import type { Call } from './command.ts';
import { askAbout, isHangUp } from './daemon.ts';

export interface Following {
  /** Asked for anew at each connection. */
  readonly path: () => string;
  readonly heard: (event: string, data: unknown) => void;
  /** The stream has come to its end as it should. */
  readonly isOver: () => boolean;
  /** The connection is there again. */
  readonly again: () => void;
  /** There is a connection: the way to end it, and the number of the last event before. */
  readonly begun?: (end: () => void, after: number | undefined) => void;
}

/** Nobody listens: a socket that stays is listened on by somebody at any time. */
const ABSENT_MS = 2000;
const PAUSE_MS = 100;

/** Throws what `askAbout` throws; `name` is for suggestions. */
export async function followOn(
  call: Pick<Call, 'options' | 'io'>,
  name: string,
  { path, heard, isOver, again, begun = () => {} }: Following,
): Promise<void> {
  let connected = false;
  let lostAt = 0;
  const attempt = () =>
    askAbout(call, name, async (client) => {
      try {
        await client.follow(path(), heard, (end, after) => {
          if (connected) again();
          connected = true;
          lostAt = 0;
          begun(end, after);
        });
        return isOver();
      } catch (error) {
        if (isOver()) return true;
        if (!connected || !mayComeBack(error)) throw error;
        lostAt ||= Date.now();
        if (error instanceof ControlError && Date.now() - lostAt > ABSENT_MS) throw LOST;
        return false;
      }
    });
  while (!(await attempt())) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

/** As a connection that is reset. */
const LOST = Object.assign(new Error('the connection was lost'), { code: 'ECONNRESET' });

/** One that is just coming up need not know all of its vassals yet. */
function mayComeBack(error: unknown): boolean {
  if (error instanceof ControlError) return error.kind === 'unreachable' || error.kind === 'no-such-vassal';
  return isHangUp(error);
}
