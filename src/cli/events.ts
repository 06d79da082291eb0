// `tsjail events`: what happens to vassals, as it happens.
import { type Dropped, type Missed, PATHS } from '../control/protocol.ts';
import type { NumberedEvent, VassalEvent } from '../emperor/view.ts';
import { shown } from './cells.ts';
import type { Call } from './command.ts';
import { askAbout } from './daemon.ts';
import { EXIT, Failure } from './errors.ts';
import { followOn } from './follow.ts';
import { printJsonLine } from './json.ts';
import { isMeant } from './meant.ts';
import { meantNames } from './meant-names.ts';
import type { Kind } from './style.ts';
import { clock, timestamp } from './units.ts';
import { STATES } from './vassal-words.ts';

const NAME_WIDTH = 12;
const EVENT_WIDTH = 7;

export async function events(call: Call): Promise<number> {
  const { io } = call;
  const names = call.operands.map(({ value }) => value);
  await tellUnknown(call);
  const print = call.options.json
    ? (event: VassalEvent) => printJsonLine(io.out, event)
    : (event: VassalEvent) => io.out.write(`${eventText(event, call)}\n`);
  /** Number of the last event that is ours. */
  let last: number | undefined;
  const say = (message: string) => io.err.write(`tsjail: ${message}\n`);
  await followOn(call, '', {
    path: () => (last === undefined ? PATHS.events : PATHS.eventsAfter(last)),
    begun: (_end, after) => {
      last ??= after;
    },
    heard: (name, data) => {
      if (name === 'dropped')
        return say(`${(data as Dropped).count} events are missing here: not read in time`);
      if (name === 'missed') return say(missedText(data as Missed));
      const event = data as NumberedEvent;
      last = event.seq;
      if (isWanted(event, names)) print(event);
    },
    isOver: () => false,
    again: () => {},
  });
  return EXIT.done;
}

/** The connection was lost, and what came meanwhile is not all to be had. */
function missedText({ count }: Missed): string {
  return count === null ? 'another daemon: events may be missing here' : `${count} events are missing here`;
}

/** It may be to come; or it is misspelt, and would be waited for for ever. */
async function tellUnknown(call: Call): Promise<void> {
  for (const name of await meantNames(call)) {
    try {
      await askAbout(call, name, (client) => client.get(PATHS.vassal(name)));
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== EXIT.noSuchVassal) throw error;
      call.io.err.write(`tsjail: ${error.message} (waiting for it)\n`);
    }
  }
}

function isWanted({ vassal }: VassalEvent, names: readonly string[]): boolean {
  return names.length === 0 || names.some((by) => isMeant(vassal, by));
}

/** A reader at a terminal lives now; a file outlives the day. */
function eventText(event: VassalEvent, { io, out }: Pick<Call, 'io' | 'out'>): string {
  const { at, vassal, message } = event;
  const time = out.paint('quiet', io.out.isTTY ? clock(at) : timestamp(at));
  const name = out.paint('strong', shown(vassal).padEnd(NAME_WIDTH));
  return `${time}  ${name}  ${event.event.padEnd(EVENT_WIDTH)}  ${out.paint(kindOf(event), shown(message))}`;
}

/** As the state that it led to. */
function kindOf({ event, state }: VassalEvent): Kind | undefined {
  if (event === 'invalid') return 'bad';
  return state === null || event === 'added' || event === 'removed' ? undefined : STATES[state].kind;
}
