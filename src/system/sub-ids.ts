// The ids that an ordinary user may map besides his own (subuid(5), subgid(5)), and whether newuidmap(1) is there to do it.
import { accessSync, constants, readFileSync } from 'node:fs';
import type { IdSpan, SubIds } from '../config/host.ts';
import { ParsedFile } from './users.ts';

interface Line extends IdSpan {
  /** A name or a number. */
  readonly owner: string;
}

/** Where every distribution has them; they are run by these paths. */
export const MAP_HELPERS = { uid: '/usr/bin/newuidmap', gid: '/usr/bin/newgidmap' } as const;

const NONE = { uid: [], gid: [] };

export class SubIdFiles {
  readonly #files: Readonly<Record<'uid' | 'gid', ParsedFile<Line>>>;
  readonly #helpers: readonly string[];

  constructor(
    subuid = '/etc/subuid',
    subgid = '/etc/subgid',
    helpers: readonly string[] = Object.values(MAP_HELPERS),
  ) {
    this.#files = { uid: new ParsedFile(subuid, parseLine), gid: new ParsedFile(subgid, parseLine) };
    this.#helpers = helpers;
  }

  /** Those of the user `uid`; both files go by the user. */
  of(uid: number, name: string | undefined): SubIds {
    const missing = this.#helpers.find((path) => !isExecutable(path));
    if (missing !== undefined) return { ...NONE, lack: `${missing} is not there` };
    if (maySetNoIds()) return { ...NONE, lack: 'no_new_privs keeps newuidmap from its rights' };
    const [uids, gids] = [this.#spans('uid', uid, name), this.#spans('gid', uid, name)];
    const lack =
      uids.length === 0 || gids.length === 0 ? 'see /etc/subuid and /etc/subgid for more' : undefined;
    return { uid: uids, gid: gids, lack };
  }

  #spans(kind: 'uid' | 'gid', uid: number, name: string | undefined): IdSpan[] {
    const own = this.#files[kind].entries().filter(({ owner }) => owner === name || owner === String(uid));
    return own.map(({ first, count }) => ({ first, count }));
  }
}

function parseLine(fields: readonly string[]): Line | undefined {
  const [owner, first, count] = fields.map((field) => field.trim());
  if (!owner || !isNumber(first) || !isNumber(count) || Number(count) === 0) return undefined;
  return { owner, first: Number(first), count: Number(count) };
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,10}$/.test(text);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Programs get no rights from their files then, and the vassals' daemon none from programs (prctl(2)). */
function maySetNoIds(): boolean {
  return /^NoNewPrivs:\s*1$/m.test(readFileSync('/proc/self/status', 'utf8'));
}
