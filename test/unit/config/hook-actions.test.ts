// Every action of a hook: what is read of it, and what is told of one that cannot be.
import { describe, expect, test } from 'vitest';
import type { HookAction } from '../../../src/config/hooks/actions.ts';
import { ANNA, config, wrong } from './helpers.ts';

/** The first action of `hook-as-root`, as `[name, ...arguments]`. */
function read(value: string): readonly string[] {
  const action = actions([`hook-as-root = ${value}`], 'as-root')[0];
  return action ? [action.name, ...action.args] : [];
}

function actions(lines: readonly string[], phase: 'as-root' | 'as-user' | 'as-emperor'): HookAction[] {
  const chain = config(['clone = fs,uts', ...lines]).hooks.actions?.get(phase) ?? [];
  return chain.map(({ value }) => value);
}

const complaint = (value: string) => wrong([`clone = fs,uts`, `hook-as-root = ${value}`]);

describe('actions', () => {
  test.each([
    ['mount:proc none /proc nodev hidepid=2', 'mount', 'none', '/proc', 'proc', '4', 'hidepid=2'],
    ['mount:none /distros/precise /ns bind', 'mount', '/distros/precise', '/ns', 'none', '4096', ''],
    ['mount: tmpfs  none  /t', 'mount', 'none', '/t', 'tmpfs', '0', ''],
    ['mount:tmpfs none /t defaults size=1m, mode=1', 'mount', 'none', '/t', 'tmpfs', '0', 'size=1m, mode=1'],
    ['umount:/.old_root rec,detach', 'umount', '/.old_root', '16386'],
    ['umount:/x', 'umount', '/x', '0'],
    ['exec: ip link set lo up; true', 'exec', 'ip link set lo up; true'],
    ['safeexec:false', 'safeexec', 'false'],
    ['hostname:a-b', 'hostname', 'a-b'],
    ['cd:/a b', 'cd', '/a b'],
    ['chdir:/', 'cd', '/'],
    ['mkdir:/d', 'mkdir', '/d'],
    ['create:/f', 'create', '/f'],
    ['creat:/f', 'create', '/f'],
    ['write:/f a  b', 'write', '/f', 'a  b'],
    ['writen:/f  a', 'writen', '/f', ' a'],
    ['append:/f a:b', 'append', '/f', 'a:b'],
    ['appendn:/f', 'appendn', '/f', ''],
    ['appendn:/f x', 'appendn', '/f', 'x'],
    ['writefifo:/f a b', 'writefifo', '/f', 'a b'],
    ['spinningfifo:/f a', 'spinningfifo', '/f', 'a'],
    ['unlink:/f', 'unlink', '/f'],
    ['chmod:/f 7', 'chmod', '/f', '7'],
    ['chmod:/f 1777', 'chmod', '/f', '1777'],
    ['sticky:/d', 'sticky', '/d'],
    ['chown:/f www-data adm', 'chown', '/f', 'www-data', 'adm'],
    ['chown2:/f 1 2', 'chown2', '/f', '1', '2'],
    ['putenv:A=b=c d', 'putenv', 'A=b=c d'],
    ['wait_for_fs:/x', 'wait_for_fs', '/x'],
    ['wait_for_file:/x', 'wait_for_file', '/x'],
    ['wait_for_dir:/x', 'wait_for_dir', '/x'],
    ['wait_for_interface:eth0', 'wait_for_interface', 'eth0'],
    ['wait_for_mountpoint:/x', 'wait_for_mountpoint', '/x'],
    ['exit:', 'exit', '0'],
    ['exit:7', 'exit', '7'],
    ['print:a %d b', 'print', 'a %d b'],
    ['log:x', 'print', 'x'],
  ])('%s', (value, ...expected) => {
    // A `%` alone is a placeholder of the dialect.
    expect(read(value.replaceAll('%', '%%'))).toEqual(expected);
  });

  test('a `!` hides the arguments', () => {
    expect(actions(['hook-as-root = !exec:x', 'hook-as-root = exec:y'], 'as-root')).toMatchObject([
      { name: 'exec', args: ['x'], hidden: true },
      { name: 'exec', args: ['y'], hidden: false },
    ]);
  });
});

describe('families', () => {
  test('after the chain: mounts, umounts, programs, each in the order of the lines', () => {
    const lines = [
      'exec-as-root = one',
      'umount-as-root = /u rec',
      'mount-as-root = tmpfs none /m',
      'exec-as-root = two',
      'hook-as-root = exec:chain',
      'hook-as-root = print:chain',
    ];
    expect(actions(lines, 'as-root').map(({ name, args }) => [name, args[0]])).toEqual([
      ['exec', 'chain'],
      ['print', 'chain'],
      ['mount', 'none'],
      ['umount', '/u'],
      ['exec', 'one'],
      ['exec', 'two'],
    ]);
  });

  test('a colon is no action there', () => {
    expect(actions(['exec-as-user = echo a:b'], 'as-user')).toMatchObject([{ args: ['echo a:b'] }]);
  });
});

test('waits come before all else of as-root', () => {
  const lines = ['hook-as-root = print:x', 'wait-for-file = /f', 'wait-for-socket = :80', 'wait-for-fs = /x'];
  expect(actions(lines, 'as-root').map(({ name, args }) => [name, args[0]])).toEqual([
    ['wait_for_fs', '/x'],
    ['wait_for_file', '/f'],
    ['wait_for_socket', ':80'],
    ['print', 'x'],
  ]);
});

describe('what cannot be', () => {
  test.each([
    ['mout:x', '3:16-20 bad-value: unknown action `mout`; did you mean `mount`?'],
    ['mount', '3:16-21 bad-value: `:` is missing after `mount`; did you mean `mount:`?'],
    ['exec ls', '3:16-23 bad-value: a hook is ACTION:ARGUMENTS; did you mean `exec:ls`?'],
    ['mount:proc none', '3:22-31 bad-value: TARGET is missing: FILESYSTEM SOURCE TARGET [FLAGS [DATA]]'],
    ['mount:proc none /proc nodev,hidpid', '3:44-50 bad-value: unknown mount flag `hidpid`'],
    ['mount:proc none /proc nodew', '3:38-43 bad-value: unknown mount flag `nodew`; did you mean `nodev`?'],
    [
      'mount:proc none /proc hidepid=2',
      '3:38-47 bad-value: what the file system takes comes after the flags; did you mean `defaults hidepid=2`?',
    ],
    ['mount:none /a /b detach', '3:33-39 bad-value: unknown mount flag `detach`: `detach` is one of umount'],
    ['umount:', '3:22-23 bad-value: TARGET is missing: TARGET [FLAGS]'],
    ['umount:/x rec detach', '3:30-36 bad-value: `detach` is too much: TARGET [FLAGS]'],
    ['umount:/x bind', '3:26-30 bad-value: unknown umount flag `bind`: `bind` is one of mount'],
    ['write:/f', '3:22-24 bad-value: TEXT is missing: FILE TEXT'],
    ['chmod:/f 888', '3:25-28 bad-value: `888` is not an octal mode such as 640 or 1777'],
    ['chmod:/f', '3:22-24 bad-value: MODE is missing: FILE MODE'],
    ['chown:/f a', '3:22-26 bad-value: GROUP is missing: FILE USER GROUP'],
    ['chown:/f a b c', '3:29-30 bad-value: `c` is too much: FILE USER GROUP'],
    ['chown2:/f www-data 1', '3:26-34 bad-value: `www-data` is not an id; names are for `chown`'],
    ['putenv:A B=c', '3:23-28 bad-value: `A B=c` is not NAME=VALUE'],
    ['exit:256', '3:21-24 bad-value: `256` is not an exit code: 0 to 255'],
    [
      'wait_for_socket:localhost:80',
      '3:32-44 bad-value: `localhost` is not an IP address: names are not looked up here',
    ],
    ['wait_for_socket:80', '3:32-34 bad-value: `80` is not an address: /PATH, @NAME, IP:PORT or [IP]:PORT'],
    [
      'callret:x',
      '3:16-23 bad-value: `callret` works inside of a uWSGI process, which there is none of here: use `exec`',
    ],
    ['perl:x', '3:16-20 bad-value: `perl` needs a uWSGI plugin: use `exec`'],
  ])('%s', (value, told) => {
    expect(complaint(value)).toEqual([told]);
  });

  test('an unknown phase is an unknown key', () => {
    expect(wrong(['hook-as-rot = exec:x'])).toEqual([
      '2:1-12 unknown-key: unknown key `hook-as-rot`; did you mean `hook-as-root`?',
    ]);
  });
});

describe('namespaces of a hook', () => {
  test('read by name and alias', () => {
    const { setns } = config(['clone = net,fs', 'hook-as-emperor-setns = net,mnt exec:ip link']).hooks;
    expect(setns?.[0]?.value).toEqual({
      namespaces: new Set(['net', 'fs']),
      action: { name: 'exec', args: ['ip link'], hidden: false },
    });
  });

  test.each([
    ['net', '2:25-28 bad-value: the action is missing: NAMESPACE,… ACTION:ARGUMENTS'],
    ['nett exec:x', '2:25-29 bad-value: unknown namespace `nett`; did you mean `net`?'],
    ['exec:x', '2:25-31 bad-value: the namespaces are missing: NAMESPACE,… ACTION:ARGUMENTS'],
    ['net exek:x', '2:29-33 bad-value: unknown action `exek`; did you mean `exec`?'],
  ])('%s', (value, told) => {
    expect(wrong([`hook-as-emperor-setns = ${value}`])).toEqual([told]);
  });
});

describe('what acts on the host', () => {
  test('is told, where the namespace for it is not there yet', () => {
    expect(wrong(['hook-as-root = mount:tmpfs none /t', 'hook-asap = hostname:x'])).toEqual([
      '2:16-35 !on-host: no new fs namespace: this mounts on the host',
      '3:13-23 !on-host: no new uts namespace: this renames the host',
    ]);
    const late = ['unshare = fs', 'umount-as-root = /x', 'umount-pre-jail = /x'];
    expect(wrong(late)).toEqual(['4:19-21 !on-host: no new fs namespace: this unmounts on the host']);
  });

  test('is meant, where the daemon does it', () => {
    expect(wrong(['mount-as-emperor = tmpfs none /t'])).toEqual([]);
  });

  test('is told of post-jail with `namespace`, which is done outside', () => {
    expect(wrong(['namespace = /srv', 'mount-post-jail = tmpfs none /t'])).toEqual([
      '3:19-32 !on-host: this phase is done beside the jail: this mounts on the host',
    ]);
  });

  test('beside the daemon needs root, and a namespace that can be joined', () => {
    const lines = ['clone = net', 'mount-as-emperor = tmpfs none /t', 'hook-as-emperor-setns = net exec:x'];
    expect(wrong(lines, { facts: ANNA })).toEqual([
      '3:20-33 needs-root: `mount` beside the daemon needs root',
      "4:25-35 needs-root: without root the jail's namespaces are to be had with `user` alone; did you mean `user,net exec:x`?",
    ]);
    expect(wrong(['hook-as-emperor-setns = net,fs exec:x'])).toEqual([
      '2:25-38 !needs-namespace: the jail has no new net, fs namespace when this is done: `clone` does not name it',
    ]);
  });

  test('cannot be without root, or in a user namespace', () => {
    const mount = 'hook-as-root = mount:tmpfs none /t';
    const told = '`mount` needs a new fs namespace here: nothing of the host’s may be changed';
    expect(wrong(['clone = user', mount])).toEqual([
      `3:16-35 needs-namespace: ${told}; did you mean \`clone = user,fs\`?`.replace('’', "'"),
    ]);
    expect(wrong([mount], { facts: ANNA })).toEqual([
      `2:16-35 needs-namespace: ${told}; did you mean \`clone = fs\`?`.replace('’', "'"),
    ]);
  });
});

test('without an init nobody does what comes later', () => {
  expect(wrong(['clone = pid', 'init = false', 'exec-as-user-atexit = x'])).toEqual([
    '4:23-24 contradiction: there is nobody to do this with `init = false`',
  ]);
});
