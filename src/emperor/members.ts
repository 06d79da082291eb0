// From the text of a file to what each of its vassals is offered.
import type { VassalDefaults } from '../config/vassal.ts';
import type { ConfigText } from '../monitors/monitor.ts';
import { instanceName } from './families.ts';
import type { Loaded } from './load.ts';
import { cycleThrough } from './order.ts';

export type LoadText = (
  text: ConfigText & { readonly instance?: number },
  defaults: VassalDefaults,
) => Promise<Loaded>;

export interface Member {
  readonly name: string;
  readonly loaded: Loaded;
}

/** `present`: those that there are; a bad text is offered to them, for it does not say how many it wants. */
export async function loadMembers(
  text: ConfigText,
  defaults: VassalDefaults,
  load: LoadText,
  present: readonly string[],
): Promise<readonly Member[]> {
  const loaded = await load(text, defaults);
  if (loaded.config === undefined)
    return (present.length === 0 ? [text.name] : present).map((name) => ({ name, loaded }));
  const { instances } = loaded.config;
  if (instances === undefined) return [{ name: text.name, loaded }];
  const numbers = Array.from({ length: instances }, (_, index) => index + 1);
  return Promise.all(
    numbers.map(async (instance) => {
      const name = instanceName(text.name, instance);
      return { name, loaded: await load({ ...text, name, instance }, defaults) };
    }),
  );
}

/** The text, or what is wrong with it beside others: it would have vassals wait for one another. */
export function withoutCycle(
  file: string,
  loaded: Loaded,
  after: (file: string) => readonly string[],
  fileOf: (name: string) => string,
): Loaded {
  const names = loaded.config?.after ?? [];
  const [first] = names;
  if (first === undefined) return loaded;
  const own = names.map(({ value }) => fileOf(value));
  const cycle = cycleThrough(file, (each) => (each === file ? own : after(each)));
  if (cycle === undefined) return loaded;
  const { at } = names.find(({ value }) => fileOf(value) === cycle[1]) ?? first;
  const message = `these would wait for one another: ${cycle.join(' → ')}`;
  const problem = { ...at, severity: 'error', code: 'cycle', message } as const;
  return { ...loaded, config: undefined, plan: undefined, problems: [...loaded.problems, problem] };
}
