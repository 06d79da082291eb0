// The Emperor as stats and commands see it, without a daemon.
import type { Imperial, VassalFacts } from '../../src/emperor/facts.ts';
import type { ActionResult, Verb } from '../../src/emperor/view.ts';

export function facts(changes: Partial<VassalFacts> = {}): VassalFacts {
  const name = changes.name ?? 'web';
  return {
    name,
    id: `${name}.ini`,
    source: `/etc/vassals/${name}.ini`,
    monitor: '/etc/vassals',
    modified: 1000.5,
    state: 'running',
    pid: 4711,
    uid: 33,
    gid: 33,
    attributes: {},
    held: false,
    respawns: 0,
    failures: 0,
    backoffMs: 0,
    ready: 1002.5,
    loyal: 0,
    leaving: 0,
    accepting: 0,
    heartbeat: 0,
    onDemand: '',
    born: 1001,
    firstRun: 1001.2,
    lastRun: 1001.2,
    firstFailure: 0,
    lastFailure: 0,
    ...changes,
  };
}

export class FakeImperial implements Imperial {
  readonly isTyrant = false;
  readonly version = '1.2.3';
  readonly watched = ['/etc/vassals'];
  readonly done: string[] = [];
  /** What actions answer; undefined: they succeed at once. */
  answer: (() => Promise<ActionResult>) | undefined;
  readonly #facts: VassalFacts[];

  constructor(...vassals: VassalFacts[]) {
    this.#facts = vassals;
  }

  facts(): readonly VassalFacts[] {
    return this.#facts;
  }

  async act(verb: Verb, name: string): Promise<ActionResult> {
    this.done.push(`${verb} ${name}`);
    return this.answer?.() ?? { name, ok: true, state: 'running', message: '' };
  }

  note(text: string, name?: string): void {
    this.done.push(`note ${name}: ${text}`);
  }
}

/** A command as uWSGI sends it: keys and values in turn. */
export function packet(...words: readonly string[]): Buffer {
  const parts = words.map((word) => {
    const text = Buffer.from(word);
    const size = Buffer.alloc(2);
    size.writeUInt16LE(text.length);
    return Buffer.concat([size, text]);
  });
  return Buffer.concat([Buffer.alloc(4), ...parts]);
}
