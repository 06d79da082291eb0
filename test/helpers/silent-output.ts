// A vassal's output that keeps nothing; what is printed may be heard.
import type { VassalOutput } from '../../src/output/line.ts';

const NOTHING = { lines: 0, bytes: 0, limited: 0, unwritten: 0 };

export function silentOutput(heard: (chunk: string) => void = () => {}): VassalOutput {
  return {
    counts: NOTHING,
    stream: () => ({
      bytes: (chunk) => heard(Buffer.from(chunk).toString()),
      flush: () => {},
      rest: () => '',
    }),
    room: undefined,
    begin: () => {},
    note: () => {},
    lines: () => [],
    onLine: () => () => {},
    retarget: () => {},
    reopen: () => {},
    drained: async () => {},
    record: () => ({ blocks: [], counts: NOTHING, generation: 0 }),
    close: () => {},
  };
}
