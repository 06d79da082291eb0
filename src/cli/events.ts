// `tsjail events`: what happens to vassals, as it happens.
import { type Dropped, PATHS } from '../control/protocol.ts';
import type { VassalEvent } from '../emperor/view.ts';
import { shown } from './cells.ts';
import type { Call } from './command.ts';
import { askDaemon } from './daemon.ts';
import { EXIT } from './errors.ts';
import { printJsonLine } from './json.ts';
import { clock, timestamp } from './units.ts';

const NAME_WIDTH = 12;
const EVENT_WIDTH = 7;

export async function events(call: Call): Promise<number> {
  const { io } = call;
  const print = call.options.json
    ? (event: VassalEvent) => printJsonLine(io.out, event)
    : (event: VassalEvent) => io.out.write(`${eventText(event, call)}\n`);
  await askDaemon(call, (client) =>
    client.follow(PATHS.events, (name, data) => {
      if (name === 'dropped') io.err.write(`tsjail: ${(data as Dropped).count} events are missing here\n`);
      else print(data as VassalEvent);
    }),
  );
  return EXIT.done;
}

/** A reader at a terminal lives now; a file outlives the day. */
function eventText(
  { at, vassal, event, message }: VassalEvent,
  { io, out }: Pick<Call, 'io' | 'out'>,
): string {
  const time = out.paint('quiet', io.out.isTTY ? clock(at) : timestamp(at));
  const name = out.paint('strong', shown(vassal).padEnd(NAME_WIDTH));
  return `${time}  ${name}  ${event.padEnd(EVENT_WIDTH)}  ${shown(message)}`;
}
