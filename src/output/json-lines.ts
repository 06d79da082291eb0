// The daemon's log as JSON, as pino has it, which is loaded for that alone.
import { pino } from 'pino';
import type { BoundedWriter } from './bounded-writer.ts';
import type { Say } from './daemon-log.ts';

export function jsonLines(writer: BoundedWriter): Say {
  const log = pino({ base: null }, { write: (line: string) => writer.write(line) });
  return (level, message, vassal, facts) =>
    vassal || facts ? log[level]({ ...(vassal ? { vassal } : {}), ...facts }, message) : log[level](message);
}
