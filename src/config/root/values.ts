// Readers for what a root file system is made of. Colons part paths, as in uWSGI: a path with one cannot be written.
import { posix } from 'node:path';
import { readHostname } from '../hostname.ts';
import { Bad } from '../problems/bad.ts';
import { nearest } from '../problems/nearest.ts';
import { wrongTmpfsOption } from './tmpfs-data.ts';

export interface NamespaceRoot {
  readonly directory: string;
  readonly hostname: string | undefined;
}

export interface PivotRoot {
  readonly root: string;
  /** Relative to `root`. */
  readonly old: string;
}

export interface BindMount {
  readonly source: string;
  /** Undefined: the same path. */
  readonly target: string | undefined;
}

export interface Tmpfs {
  readonly target: string;
  /** MS_* flags of mount(2). */
  readonly flags: number;
  readonly data: string;
}

/** Without `upper` and `work` what is written is in memory, and gone with the jail. */
export interface Overlay {
  readonly lower: string;
  readonly upper: string | undefined;
  readonly work: string | undefined;
  readonly target: string;
}

export type Proc = { readonly mount: 'auto' | 'off' } | { readonly mount: 'on'; readonly data: string };

const MS_RDONLY = 1;
const MS_NOSUID = 2;
const MS_NODEV = 4;
const MS_NOEXEC = 8;
const SET: Readonly<Record<string, number>> = {
  ro: MS_RDONLY,
  nosuid: MS_NOSUID,
  nodev: MS_NODEV,
  noexec: MS_NOEXEC,
};
const CLEAR: Readonly<Record<string, number>> = {
  rw: MS_RDONLY,
  suid: MS_NOSUID,
  dev: MS_NODEV,
  exec: MS_NOEXEC,
};
const PROC_WORDS = ['auto', 'on', 'off'];
const DEV_WORDS = ['minimal', 'host'];

/** A mount option of /proc (proc(5)). */
const PROC_DATA = /^(hidepid=\w+|gid=\d+|subset=pid)(,(hidepid=\w+|gid=\d+|subset=pid))*$/;

/** Without what has no meaning in it, or why it is no path. */
function path(text: string, what: string): string | Bad {
  if (text === '') return new Bad(`${what} is missing`);
  if (!text.startsWith('/'))
    return new Bad(`${what} \`${text}\` is not an absolute path`, { suggestion: `/${text}` });
  const normal = posix.normalize(text);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

/** Each of them a path, or the first that is none. */
function paths<K extends string>(parts: Readonly<Record<K, string>>): Readonly<Record<K, string>> | Bad {
  const read = Object.entries<string>(parts).map(([what, text]) => [what, path(text, what)] as const);
  const bad = read.find(([, each]) => each instanceof Bad)?.[1];
  if (bad instanceof Bad) {
    const all = Object.values<string>(parts).map((text) => (text.startsWith('/') ? text : `/${text}`));
    const isMissing = Object.values<string>(parts).includes('');
    return new Bad(bad.message, { suggestion: isMissing ? undefined : all.join(':') });
  }
  return Object.fromEntries(read) as Record<K, string>;
}

export function readNamespaceRoot(text: string): NamespaceRoot | Bad {
  const split = text.indexOf(':');
  const directory = path(split < 0 ? text : text.slice(0, split), 'the root');
  if (directory instanceof Bad) return directory;
  if (split < 0) return { directory, hostname: undefined };
  const hostname = readHostname(text.slice(split + 1));
  return hostname instanceof Bad ? hostname : { directory, hostname };
}

export function readPivot(text: string): PivotRoot | Bad {
  const [first = '', second, ...rest] = text.split(/\s+/);
  const root = path(first, 'the new root');
  if (root instanceof Bad) return root;
  if (root === '/') return new Bad('/ is the root already');
  const below = `${root}/.old_root`;
  if (second === undefined) {
    const message = 'this wants two paths: the new root and, below it, a directory for the old one';
    return new Bad(message, { suggestion: `${root} ${below}` });
  }
  if (rest.length > 0) return new Bad('this wants two paths, and blanks cannot be in them');
  const old = posix.resolve(root, second);
  if (old.startsWith(`${root}/`)) return { root, old: old.slice(root.length + 1) };
  const suggestion = old === root || second.startsWith(root) ? below : posix.join(root, second);
  return new Bad(`the old root must be put below the new one, ${root}`, {
    suggestion: `${root} ${suggestion}`,
  });
}

export function readBind(text: string): BindMount | Bad {
  const [source = '', target, ...rest] = text.split(':');
  if (rest.length > 0) {
    const hint = /^(ro|rw)$/.test(rest.join(':')) ? ': `bind-ro` is the read-only one' : '';
    return new Bad(`\`${text}\` is not SOURCE[:TARGET]${hint}`, {
      suggestion: hint === '' ? undefined : `${source}:${target}`,
    });
  }
  if (target !== undefined) return paths({ source, target });
  const both = path(source, 'source');
  return both instanceof Bad ? both : { source: both, target: undefined };
}

export function readTmpfs(text: string): Tmpfs | Bad {
  const [first = ''] = text.split(/\s+/);
  const target = path(first, 'target');
  if (target instanceof Bad) return target;
  let flags = MS_NOSUID | MS_NODEV;
  const data: string[] = [];
  for (const { 0: word, index } of text.slice(first.length).matchAll(/[^\s,]+/g)) {
    const from = first.length + index;
    const wrong = wrongTmpfsOption(word);
    if (wrong !== undefined) return new Bad(wrong, { from, to: from + word.length });
    if (Object.hasOwn(SET, word)) flags |= SET[word] ?? 0;
    else if (Object.hasOwn(CLEAR, word)) flags &= ~(CLEAR[word] ?? 0);
    else data.push(word);
  }
  return { target, flags, data: data.join(',') };
}

export function readOverlay(text: string): Overlay | Bad {
  const parts = text.split(':');
  const [lower = '', second = '', work = '', target = ''] = parts;
  if (parts.length === 4) return paths({ lower, upper: second, work, target });
  if (parts.length !== 2) return new Bad(`\`${text}\` is neither LOWER:UPPER:WORK:TARGET nor LOWER:TARGET`);
  const two = paths({ lower, target: second });
  return two instanceof Bad ? two : { ...two, upper: undefined, work: undefined };
}

export function readProc(text: string): Proc | Bad {
  if (text === 'auto' || text === 'off') return { mount: text };
  if (text === 'on') return { mount: 'on', data: '' };
  if (PROC_DATA.test(text)) return { mount: 'on', data: text };
  const message = `\`${text}\` is none of auto, on, off, hidepid=N, gid=N, subset=pid`;
  return new Bad(message, { suggestion: nearest(text, PROC_WORDS) });
}

export function readDev(text: string): 'minimal' | 'host' | Bad {
  if (text === 'minimal' || text === 'host') return text;
  return new Bad(`\`${text}\` is neither minimal nor host`, { suggestion: nearest(text, DEV_WORDS) });
}
