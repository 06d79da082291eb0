// What the commands of uWSGI's command socket mean here, and what is told of each: who asked for what.
import { nearest } from '../../config/problems/nearest.ts';
import type { Imperial } from '../../emperor/facts.ts';
import type { Verb } from '../../emperor/view.ts';
import type { CommandPacket } from './packet.ts';

export interface ObeyParts {
  readonly imperial: Imperial;
  readonly log: (level: 'info' | 'warn', message: string, vassal: string) => void;
}

/** What a command comes to. `complain` is for those that mean nothing here: anybody may send many of them. */
interface Outcomes extends ObeyParts {
  readonly complain: (message: string) => void;
}

const VERBS: Readonly<Record<string, Verb>> = { spawn: 'start', respawn: 'restart', stop: 'stop' };
const COMMANDS = [...Object.keys(VERBS), 'log'];

/** Resolves when what was asked for is done, or was refused. */
export async function obey(packet: CommandPacket, who: string, parts: Outcomes): Promise<void> {
  const { imperial, log, complain } = parts;
  const { command, vassal } = packet;
  const name = nameOf(vassal, imperial);
  const by = `asked for by ${who}`;
  if (command === 'log') return note(packet, name, who, imperial);
  const verb = Object.hasOwn(VERBS, command) ? VERBS[command] : undefined;
  if (verb === undefined) return complain(`\`${command}\`${suggestion(command)}; ${by}`);
  if (vassal === '') return complain(`${command} without a vassal; ${by}`);
  if (name === undefined) return complain(`${command}: no vassal \`${vassal}\`; ${by}`);
  log('info', `command ${command}: ${by}`, name);
  const result = await imperial.act(verb, name);
  if (result && !result.ok) log('warn', `command ${command}: ${result.message}`, name);
}

function note({ message }: CommandPacket, name: string | undefined, who: string, imperial: Imperial): void {
  imperial.note(`${message} (said by ${who})`, name);
}

function suggestion(command: string): string {
  const meant = nearest(command, COMMANDS);
  return meant === undefined ? ` is none of ${COMMANDS.join(', ')}` : `: did you mean ${meant}?`;
}

/** By our name of it, uWSGI's, or the path of its file. */
function nameOf(given: string, imperial: Imperial): string | undefined {
  const facts = imperial.facts();
  const found =
    facts.find(({ name }) => name === given) ??
    facts.find(({ id, source }) => id === given || source === given);
  return found?.name;
}
