// The names of mount and umount flags (mount(8), and all of uWSGI's) and their numbers. Two tables: in uWSGI's one
// `detach` is also `nosuid`, and `force` is `ro`.
import { Bad } from '../problems/bad.ts';
import { nearest } from '../problems/nearest.ts';

export type FlagTable = Readonly<Record<string, number>>;

/** mount(2): MS_*. */
export const MS = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  SYNCHRONOUS: 16,
  REMOUNT: 32,
  MANDLOCK: 64,
  DIRSYNC: 128,
  NOSYMFOLLOW: 256,
  NOATIME: 1 << 10,
  NODIRATIME: 1 << 11,
  BIND: 1 << 12,
  MOVE: 1 << 13,
  REC: 1 << 14,
  UNBINDABLE: 1 << 17,
  PRIVATE: 1 << 18,
  SLAVE: 1 << 19,
  SHARED: 1 << 20,
  RELATIME: 1 << 21,
  STRICTATIME: 1 << 24,
} as const;

export const MOUNT_FLAGS: FlagTable = {
  defaults: 0,
  ro: MS.RDONLY,
  rdonly: MS.RDONLY,
  readonly: MS.RDONLY,
  nosuid: MS.NOSUID,
  nodev: MS.NODEV,
  noexec: MS.NOEXEC,
  sync: MS.SYNCHRONOUS,
  remount: MS.REMOUNT,
  mandlock: MS.MANDLOCK,
  dirsync: MS.DIRSYNC,
  nosymfollow: MS.NOSYMFOLLOW,
  noatime: MS.NOATIME,
  nodiratime: MS.NODIRATIME,
  bind: MS.BIND,
  move: MS.MOVE,
  rec: MS.REC,
  recursive: MS.REC,
  unbindable: MS.UNBINDABLE,
  private: MS.PRIVATE,
  slave: MS.SLAVE,
  shared: MS.SHARED,
  relatime: MS.RELATIME,
  strictatime: MS.STRICTATIME,
};

/** Not the kernel's: everything mounted below goes too. */
export const UMOUNT_REC = 1 << 14;

/** umount2(2): MNT_* and UMOUNT_NOFOLLOW. */
export const UMOUNT_FLAGS: FlagTable = {
  force: 1,
  detach: 2,
  expire: 4,
  nofollow: 8,
  rec: UMOUNT_REC,
  recursive: UMOUNT_REC,
};

/** The flags of `text`, separated by commas. `from`: where `text` begins in the value, for what is wrong. */
export function readFlagNames(text: string, table: FlagTable, from = 0): number | Bad {
  let flags = 0;
  for (const { word, index } of separated(text)) {
    const flag = Object.hasOwn(table, word) ? table[word] : undefined;
    if (flag === undefined) return unknownFlag(word, table, from + index);
    flags |= flag;
  }
  return flags;
}

/** Commas in a row, as a template leaves them, are none. */
function separated(text: string): { word: string; index: number }[] {
  return [...text.matchAll(/[^,]+/g)].map((match) => ({ word: match[0], index: match.index }));
}

function unknownFlag(word: string, table: FlagTable, from: number): Bad {
  const suggestion = nearest(word, Object.keys(table));
  const other = table === MOUNT_FLAGS ? UMOUNT_FLAGS : MOUNT_FLAGS;
  const kind = table === MOUNT_FLAGS ? 'mount' : 'umount';
  const hint = Object.hasOwn(other, word)
    ? `: \`${word}\` is one of ${kind === 'mount' ? 'umount' : 'mount'}`
    : '';
  return new Bad(`unknown ${kind} flag \`${word}\`${hint}`, { suggestion, from, to: from + word.length });
}
