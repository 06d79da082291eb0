import { expect, test } from 'vitest';
import { buildPlan } from '../../../src/plan/build.ts';
import { printStep } from '../../../src/plan/print.ts';
import { config } from '../config/helpers.ts';

const CONTEXT = { environment: {}, uid: 0, terminal: false };

/** The steps about the root; those of a profile are not looked at here. */
function steps(...lines: string[]): string[] {
  const all = buildPlan(config(['profile = open', ...lines]), CONTEXT).steps.map(printStep);
  const named =
    /^(mount|fresh-proc|root-|note-|put-|switch-root|pivot-root|chroot|detach-|mask|read-only|init)/;
  return all.filter((step) => named.test(step)).map((step) => step.replace(/^init .*/, 'init'));
}

test('without a word on it there is at most a fresh /proc', () => {
  expect(steps()).toEqual(['init']);
  expect(steps('clone = fs,pid')).toEqual(["fresh-proc nosuid,nodev,noexec ''", 'init']);
  expect(steps('clone = fs,pid', 'proc = off')).toEqual(['init']);
  expect(steps('clone = fs', 'proc = hidepid=2')).toEqual([
    'mount proc /proc proc nosuid,nodev,noexec hidepid=2',
    'init',
  ]);
});

test('namespace: /proc before the kept mounts, as in uWSGI; then the old root is gone', () => {
  expect(steps('namespace = /r', 'namespace-keep-mount = /a:/b', 'dev = minimal')).toEqual([
    'root-bind /r',
    "put-mount proc /proc nosuid,nodev,noexec ''",
    'put-dev /dev',
    'put-bind /a /b -',
    'switch-root',
    'init',
  ]);
});

test('pivot_root: the old one stays until every hook has run', () => {
  expect(steps('clone = fs,pid', 'pivot_root = /n /n/.old')).toEqual([
    'root-at /n',
    "put-mount-if-there proc /proc nosuid,nodev,noexec ''",
    'pivot-root /n .old',
    'detach-old-root /.old',
    'init',
  ]);
  expect(steps('clone = fs', 'pivot_root = /n /n/.old', 'keep-old-root')).not.toContain(
    'detach-old-root /.old',
  );
});

test('masks and read-only come last, what they need of the old root first', () => {
  expect(
    steps(
      'clone = fs',
      'chroot = /c',
      'mask = /m',
      'read-only',
      'bind-ro = /a',
      'overlay = /l:/o',
      'tmpfs = /t size=1m',
    ),
  ).toEqual([
    'root-at /c',
    'note-mounts',
    'note-null',
    'put-bind /a /a ro,rec',
    "put-overlay /l '' '' /o nosuid,nodev",
    'put-mount tmpfs /t nosuid,nodev size=1m',
    'chroot /c',
    'mask /m',
    'read-only',
    'init',
  ]);
});

test('without a root of its own they are put into the view of the host’s', () => {
  expect(steps('clone = fs', 'bind = /a:/b')).toEqual(['root-at /', 'put-bind /a /b rec', 'init']);
});

test('the host’s root is read-only at once, unless somebody writes to it later', () => {
  const lines = ['clone = fs', 'read-only', 'bind = /a', 'mask = /m'];
  const order = (...more: string[]) =>
    buildPlan(config(['profile = open', ...lines, ...more]), CONTEXT)
      .steps.map(printStep)
      .filter((step) => /^(note-mounts|read-only|hold-|put-|hook-exec|mask)/.test(step));
  expect(order()).toEqual(['hold-tree /a rec', 'read-only', 'put-bind /a /a rec', 'mask /m']);
  expect(order('exec-as-root = /bin/make-it')).toEqual([
    'note-mounts',
    'put-bind /a /a rec',
    'hook-exec /bin/make-it must-work',
    'mask /m',
    'read-only',
  ]);
  for (const later of ['exec-in-jail = /bin/make-it', 'overlay = /l:/u:/w:/o'])
    expect(order(later).at(-1)).toBe('read-only');
  // More than the jailer can hold.
  const many = Array.from({ length: 600 }, (_, index) => `bind = /b${index}`);
  expect(order(...many).at(-1)).toBe('read-only');
});

test('in a user namespace what is of the host is opened before the ids change', () => {
  const plan = buildPlan(
    config(['clone = user', 'namespace = /r', 'bind = /a:/b', 'overlay = /l:/o', 'tmpfs = /t']),
    CONTEXT,
  );
  const names = plan.steps.map(printStep);
  const early = names.indexOf('open-early /r /a /l');
  expect(early).toBeGreaterThan(names.indexOf('await-release'));
  expect(early).toBeLessThan(names.indexOf('own-user'));
});

test('every step but the place has the line that asked for it', () => {
  const plan = buildPlan(config(['clone = fs,pid', 'bind = /a:/b', 'mask = /m', 'read-only']), CONTEXT);
  const nowhere = plan.steps.filter(({ name, at }) => /^(put|note|mask|read)/.test(name) && at === undefined);
  expect(nowhere).toEqual([]);
});

test('a root of its own is locked, and what is bound there below something else', () => {
  const locked = (...lines: string[]) =>
    buildPlan(config(lines), CONTEXT)
      .steps.map(printStep)
      .filter((each) => /^(lock-|root-)/.test(each));
  expect(locked('clone = fs', 'bind = /a:/b', 'tmpfs = /b/c')).toEqual(['root-at /']);
  expect(locked('clone = fs', 'chroot = /c')).toEqual(['lock-shared /c', 'root-at /c']);
  const binds = ['bind = /a:/b', 'bind = /x:/bc', 'tmpfs = /b/c', 'bind = /a/d:/d'];
  expect(locked('clone = fs', 'pivot_root = /n /n/.old', ...binds)).toEqual([
    'lock-shared /n',
    'lock-shared /a',
    'root-at /n',
  ]);
  expect(locked('namespace = /n', 'overlay = /l:/u:/w:/')).toEqual([
    'lock-shared /n',
    'lock-shared /u',
    'root-bind /n',
  ]);
  expect(locked('namespace = /n', 'overlay = /l:/')).toEqual(['lock-shared /n', 'root-bind /n']);
  expect(locked('namespace = /n', 'bind = /a:/')).toEqual([
    'lock-shared /n',
    'lock-shared /a',
    'root-bind /n',
  ]);
});
