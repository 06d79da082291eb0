// Turning controllers of cgroup v2 on for the groups below a chain of groups (cgroup.subtree_control), and why one cannot be had.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Not ours to turn on, busy with processes of its own, or not there. */
const REFUSALS = ['EBUSY', 'EACCES', 'EPERM', 'ENOENT', 'EROFS', 'ENOTSUP'];

export class ControllerSwitch {
  /** From above to below; the last one is the parent of those that the controllers are for. */
  readonly #chain: readonly string[];
  #on: ReadonlySet<string> = new Set();

  constructor(chain: readonly string[], on: readonly string[] = []) {
    this.#chain = chain;
    this.#on = new Set(on);
  }

  /** What the constructor was given, as it is now. */
  get record(): { readonly chain: readonly string[]; readonly on: readonly string[] } {
    return { chain: this.#chain, on: [...this.#on] };
  }

  isOn(controller: string): boolean {
    return this.#on.has(controller);
  }

  /** Those that can be had. For the start of the daemon only: the kernel's cgroup lock may hold it up. */
  turnOnAtOnce(wanted: readonly string[]): void {
    for (const group of this.#chain.filter((each) => !mustNotPassOn(each))) {
      const there = words(readFileSync(join(group, 'cgroup.controllers'), 'utf8'));
      for (const controller of wanted.filter((each) => there.includes(each))) {
        try {
          writeFileSync(join(group, 'cgroup.subtree_control'), `+${controller}`);
        } catch (error) {
          unlessRefused(error);
        }
      }
    }
    this.#on = new Set(words(readFileSync(join(this.#last, 'cgroup.subtree_control'), 'utf8')));
  }

  /** Undefined: it is on. Else why it is not. */
  async turnOn(controller: string): Promise<string | undefined> {
    if (this.#on.has(controller)) return undefined;
    for (const group of this.#chain) {
      const there = words(await readFile(join(group, 'cgroup.controllers'), 'utf8').catch(unlessMissing));
      if (!there.includes(controller))
        return `${group} was not given the controller ${controller}, only ${there.join(' ') || 'none'}`;
      const refusal = await turnOnIn(group, controller);
      if (refusal !== undefined) return refusal;
    }
    this.#on = new Set([...this.#on, controller]);
    return undefined;
  }

  get #last(): string {
    return this.#chain.at(-1) ?? '';
  }
}

async function turnOnIn(group: string, controller: string): Promise<string | undefined> {
  const file = join(group, 'cgroup.subtree_control');
  if (words(await readFile(file, 'utf8')).includes(controller)) return undefined;
  const refusal = `${group} does not pass the controller ${controller} on`;
  if (mustNotPassOn(group)) return `${refusal}: processes are in it; give tsjail a group for itself`;
  try {
    await writeFile(file, `+${controller}`, { flag: 'r+' });
    return undefined;
  } catch (error) {
    return `${refusal}: ${unlessRefused(error)}`;
  }
}

/** A group with processes of its own passes on controllers of threads only (cpu, pids), and then nobody can be in a group
 *  below it (cgroups(7): thread mode). The root of the hierarchy, which has no type, is free of that. */
function mustNotPassOn(group: string): boolean {
  return existsSync(join(group, 'cgroup.type')) && readFileSync(join(group, 'cgroup.procs'), 'utf8') !== '';
}

/** Above the root of the hierarchy. */
function unlessMissing(error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') throw error;
  return '';
}

function unlessRefused(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (!REFUSALS.includes(code)) throw error;
  return code;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}
