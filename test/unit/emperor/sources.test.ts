// The Emperor and its sources, with monitors that have no files: who has a name, and who gets it next.
import { describe, expect, test } from 'vitest';
import { NO_DEFAULTS } from '../../../src/config/vassal.ts';
import { DisabledList } from '../../../src/emperor/disabled.ts';
import { Emperor, type EmperorParts } from '../../../src/emperor/emperor.ts';
import type { ConfigText, Monitor, MonitorListener } from '../../../src/monitors/monitor.ts';
import { silentOutput } from '../../helpers/silent-output.ts';
import { until } from '../../helpers/until.ts';

/** A store: texts by name, under paths of its own. */
class Store implements Monitor {
  readonly source: string;
  readonly depended: string[] = [];
  readonly #first: readonly string[];
  listener: MonitorListener | undefined;
  #versions = 0;

  constructor(source: string, ...first: readonly string[]) {
    this.source = source;
    this.#first = first;
  }

  async start(listener: MonitorListener): Promise<void> {
    this.listener = listener;
    for (const path of this.#first) this.put(path);
  }

  put(path: string, changes: Partial<ConfigText> = {}): void {
    const name = path.replace(/.*\//, '');
    const common = { directory: '/', text: 'x', identity: '', target: '', uid: 0, gid: 0, modified: 0 };
    this.listener?.changed({
      name,
      path,
      version: `${this.#versions++}`,
      changed: path,
      ...common,
      ...changes,
    });
  }

  drop(path: string): void {
    this.listener?.removed(path.replace(/.*\//, ''), path);
  }

  async rescan(): Promise<void> {}

  depend(name: string): void {
    this.depended.push(name);
  }

  async stop(): Promise<void> {
    this.listener = undefined;
  }
}

function emperor() {
  const logged: string[] = [];
  const loaded: string[] = [];
  const problem = { file: '', line: 2, column: 1, severity: 'error', code: 'test', message: 'bad' } as const;
  const made = new Emperor({
    vassal: {
      output: () => silentOutput(),
      groupsOf: () => ({ settled: async () => {} }),
      gate: {},
      native: {},
      log: (level: string, vassal: string, message: string) => logged.push(`${level} ${vassal}: ${message}`),
    } as unknown as EmperorParts['vassal'],
    load: async (text) => {
      loaded.push(`${text.path} ${text.version}`);
      return { config: undefined, plan: undefined, problems: [problem], files: [] };
    },
    defaults: NO_DEFAULTS,
    version: '',
    uid: 0,
    waits: () => false,
    disabled: new DisabledList('/no/such/list'),
  });
  const govern = (...stores: Store[]) =>
    made.govern(
      stores.map(({ source }) => source),
      (source) => stores.find((store) => store.source === source) as Store,
    );
  const sources = () => made.vassals.map(({ name, source }) => `${name} ${source}`);
  return { made, govern, logged, loaded, sources };
}

const errors = (logged: readonly string[]) => logged.filter((line) => line.includes('refused'));

describe('a name', () => {
  test('that two files have is that of the first, and both are told', async () => {
    const { govern, logged, sources } = emperor();
    await govern(new Store('a', '/a/web'), new Store('b', '/b/web'));
    await until('the vassal is there', () => sources().length > 0);
    expect(sources()).toEqual(['web /a/web']);
    expect(errors(logged)).toEqual(['error web: /b/web: refused: /a/web has that name already']);
  });

  test('goes to the next when its file goes, and not back', async () => {
    const { govern, sources, logged } = emperor();
    const [a, b] = [new Store('a', '/a/web'), new Store('b', '/b/web')];
    await govern(a, b);
    await until('the vassal is there', () => sources().length > 0);
    a.drop('/a/web');
    await until('the second has it', () => sources().includes('web /b/web'));
    a.put('/a/web');
    expect(errors(logged).at(-1)).toBe('error web: /a/web: refused: /b/web has that name already');
    b.drop('/b/web');
    await until('the first has it again', () => sources().includes('web /a/web'));
    a.drop('/a/web');
    await until('it is gone', () => sources().length === 0);
  });

  test('of three: the second that goes while it waits is forgotten', async () => {
    const { govern, sources } = emperor();
    const [a, b, c] = [new Store('a', '/a/web'), new Store('b', '/b/web'), new Store('c', '/c/web')];
    await govern(a, b, c);
    await until('the vassal is there', () => sources().length > 0);
    b.drop('/b/web');
    a.drop('/a/web');
    await until('the third has it', () => sources().includes('web /c/web'));
  });

  test('in one source alone: two files of a pattern', async () => {
    const { govern, logged, sources } = emperor();
    const a = new Store('a', '/1/web', '/2/web');
    await govern(a);
    await until('the vassal is there', () => sources().length > 0);
    expect(errors(logged)).toHaveLength(1);
    a.drop('/1/web');
    await until('the other has it', () => sources().includes('web /2/web'));
  });

  test('whose next file cannot be read is invalid for that', async () => {
    const { made, govern, sources } = emperor();
    const [a, b] = [new Store('a', '/a/web'), new Store('b')];
    await govern(a, b);
    b.listener?.unreadable({ name: 'web', path: '/b/web', message: 'no rights' });
    await until('the vassal is there', () => sources().length > 0);
    a.drop('/a/web');
    await until('the second has it', () => sources().includes('web /b/web'));
    expect((await made.status('web'))?.error?.message).toBe('no rights');
  });
});

describe('one file that two sources show', () => {
  test('is read once for each change, whoever tells of it', async () => {
    const { govern, logged, loaded } = emperor();
    const [a, b] = [new Store('a', '/x/web'), new Store('b', '/x/web')];
    await govern(a, b);
    await until('it is loaded', () => a.depended.length > 0);
    b.put('/x/web', { version: 'of b' });
    a.put('/x/web', { version: 'of a' });
    await until('it is loaded again', () => a.depended.length > 1);
    expect(loaded).toEqual(['/x/web 0', '/x/web of a']);
    expect(logged.filter((line) => line.includes('refused'))).toEqual([]);
    expect(b.depended).toEqual([]);
  });

  test('is there until both say that it is gone', async () => {
    const { govern, sources, logged } = emperor();
    const [a, b] = [new Store('a', '/x/web'), new Store('b', '/x/web')];
    await govern(a, b);
    await until('it is loaded', () => a.depended.length > 0);
    a.drop('/x/web');
    await until('the other source watches over it', () => b.depended.length > 0);
    expect(sources()).toEqual(['web /x/web']);
    expect(logged.some((line) => line.includes('gone'))).toBe(false);
    b.drop('/x/web');
    await until('it is gone', () => sources().length === 0);
  });
});

describe('sources', () => {
  test('that are replaced by one with the same files leave them running', async () => {
    const { govern, sources, logged } = emperor();
    const [a, b] = [new Store('a', '/x/web'), new Store('b', '/x/web')];
    await govern(a);
    await until('it is loaded', () => a.depended.length > 0);
    await govern(b);
    await until('the new source watches over it', () => b.depended.length > 0);
    expect(sources()).toEqual(['web /x/web']);
    expect(logged.filter((line) => /gone|refused/.test(line))).toEqual([]);
  });

  test('that are moved elsewhere refuse nothing', async () => {
    const { govern, sources, logged } = emperor();
    await govern(new Store('a', '/a/web'));
    await until('the vassal is there', () => sources().length > 0);
    await govern(new Store('b', '/b/web'));
    await until('the new file has the name', () => sources().includes('web /b/web'));
    expect(errors(logged)).toEqual([]);
  });

  test('without files are in the facts', async () => {
    const { made, govern, sources } = emperor();
    await govern(new Store('a', '/a/web'));
    await until('the vassal is there', () => sources().length > 0);
    expect(made.facts()).toMatchObject([{ name: 'web', id: '/a/web', modified: 0, state: 'invalid' }]);
  });
});

test('configs of a store that knows no identities do not wait for each other', async () => {
  const { made, govern, sources } = emperor();
  const a = new Store('a', '/a/one', '/a/two');
  await govern(a);
  await until('both are there', () => sources().length === 2);
  a.drop('/a/one');
  a.put('/a/three');
  await until('the third is there', () => sources().some((each) => each.startsWith('three')));
  expect(made.vassals.map(({ name }) => name).sort()).toEqual(['three', 'two']);
});
