// The files of a directory, what each asks for, and whether the daemon came there. A tag in the environment of a command
// tells which text of the file it was started from.
import { chmodSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { read } from './census.mjs';

/** Lines of the jails that storms are made of. */
export const KINDS = {
  bare: [],
  pid: ['clone = fs,pid'],
  full: ['clone = fs,net,ipc,uts,pid', 'hostname = soak'],
};
const COMMON = ['stop-timeout = 2', 'restart-delay = 50ms'];
const COMMAND = 'sleep 100000';

/** No two files ever have the same text, in whichever directory. */
let tags = 0;

export class Vassals {
  /** Name → { kind, tag, isValid, wasThere }. */
  wanted = new Map();
  #directory;
  #beside;

  constructor(directory, beside) {
    this.#directory = directory;
    this.#beside = beside;
    for (const path of [directory, beside]) mkdirSync(path, { recursive: true });
  }

  get directory() {
    return this.#directory;
  }

  get names() {
    return [...this.wanted.keys()];
  }

  path(name) {
    return join(this.#directory, `${name}.ini`);
  }

  /** A text of its own: whoever runs it is known by its tag. */
  text(kind, tag, { command = COMMAND, lines = [] } = {}) {
    return `${['[vassal]', `command = ${command}`, `env = SOAK=${tag}`, ...COMMON, ...KINDS[kind], ...lines].join('\n')}\n`;
  }

  newTag() {
    tags += 1;
    return `t${tags}`;
  }

  /** Renamed into place. */
  put(name, kind = this.wanted.get(name)?.kind ?? 'bare', options = this.wanted.get(name)?.options ?? {}) {
    this.#write(name, kind, options, (path, text) => {
      const beside = join(this.#beside, `${name}.new`);
      writeFileSync(beside, text);
      renameSync(beside, path);
    });
  }

  /** Written over, as a careless editor does. */
  overwrite(name, kind = this.wanted.get(name).kind) {
    this.#write(name, kind, {}, writeFileSync);
  }

  #write(name, kind, options, write) {
    const tag = this.newTag();
    write(this.path(name), this.text(kind, tag, options));
    this.wanted.set(name, { kind, options, tag, isValid: true });
  }

  /** A text that is wrong: whoever runs goes on. */
  spoil(name) {
    const before = this.wanted.get(name);
    writeFileSync(this.path(name), `[vassal]\ncommnad = ${this.newTag()}\n`);
    this.wanted.set(name, { ...before, isValid: false });
  }

  touch(name) {
    utimesSync(this.path(name), new Date(), new Date());
  }

  chmod(name, mode) {
    chmodSync(this.path(name), mode);
  }

  remove(name) {
    rmSync(this.path(name));
    this.wanted.delete(name);
  }

  rename(name, to) {
    renameSync(this.path(name), this.path(to));
    this.wanted.set(to, this.wanted.get(name));
    this.wanted.delete(name);
  }
}

/** One line for each vassal that is not as its file asks. */
export function wrongOnes(views, wanted) {
  const seen = new Map(views.map((view) => [view.name, view]));
  const strangers = [...seen.keys()].filter((name) => !wanted.has(name)).map((name) => `${name}: no file`);
  const wrong = [...wanted].flatMap(([name, asked]) => wrongIn(name, seen.get(name), asked) ?? []);
  return [...strangers, ...wrong];
}

function wrongIn(name, view, { tag, isValid }) {
  if (view === undefined) return `${name}: unknown to the daemon`;
  if (!isValid) {
    const isRight = view.error !== null && ['running', 'invalid'].includes(view.state);
    return isRight ? undefined : `${name}: ${view.state}, and its file is wrong`;
  }
  if (view.error !== null) return `${name}: ${view.error.message}`;
  if (view.state !== 'running') return `${name}: ${view.state} (${view.lastExit?.message ?? 'no exit'})`;
  const runs = /(?:^|\0)SOAK=([^\0]*)/.exec(read(`/proc/${view.pid}/environ`))?.[1];
  return runs === tag ? undefined : `${name}: runs ${runs}, not ${tag}`;
}
