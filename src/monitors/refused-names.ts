// Configs whose name no vassal may have. They are shown under a harmless name, never opened.
import { basename, dirname, join } from 'node:path';
import { validVassalName } from '../config/names.ts';
import type { MonitorListener } from './monitor.ts';
import { shown, shownName, withoutSuffix } from './names.ts';

/** What is wrong with the name of the config at `path`; undefined: nothing. */
export function nameComplaint(path: string): string | undefined {
  const name = withoutSuffix(basename(path));
  if (name.includes('\ufffd')) return 'the name of a vassal is UTF-8';
  return validVassalName(name);
}

export class RefusedNames {
  readonly #listener: MonitorListener;
  readonly #told = new Set<string>();

  constructor(listener: MonitorListener) {
    this.#listener = listener;
  }

  /** `present`: all such paths that are there; `isHidden`: of which nothing is known. */
  update(present: ReadonlySet<string>, isHidden: (path: string) => boolean): void {
    for (const path of this.#told) {
      if (present.has(path) || isHidden(path)) continue;
      this.#told.delete(path);
      this.#listener.removed(nameToShow(path), pathToShow(path));
    }
    for (const path of present) {
      if (this.#told.has(path)) continue;
      this.#told.add(path);
      const message = nameComplaint(path) ?? '';
      this.#listener.unreadable({ name: nameToShow(path), path: pathToShow(path), message });
    }
  }
}

function nameToShow(path: string): string {
  return shownName(withoutSuffix(basename(path)));
}

function pathToShow(path: string): string {
  return join(dirname(path), shown(basename(path)));
}
