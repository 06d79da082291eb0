// What is put into a root: bind, bind-ro, tmpfs, overlay, proc, dev, read-only, mask. In a root of its own, in the view of
// the host's, and in a user namespace.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runLines } from '../helpers/ini-jail.ts';
import { runJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { mountPoints, smallRoot, vassalOf } from '../helpers/small-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

async function ran(lines: readonly string[], script: string): Promise<string> {
  const end = await runJail(vassalOf(lines, script));
  expect(end.said).toBeUndefined();
  return end.output;
}

/** Lines of a jail, the path inside where what it puts is, and what to clean up. */
const PLACES: readonly (readonly [string, () => Place])[] = [
  ['a root of its own', () => own([])],
  ['a root of its own in a user namespace', () => own(['clone = user'])],
  ['the view of the host’s root', () => hosts(['clone = fs,pid'])],
  ['the view of the host’s root in a user namespace', () => hosts(['clone = fs,pid,user'])],
];

interface Place {
  readonly lines: readonly string[];
  /** As it is called inside. */
  readonly inside: string;
  /** The same directory on the host: with `a`, `dir`, `dir/file`. */
  readonly outside: string;
}

function fill(path: string): void {
  mkdirSync(join(path, 'dir'));
  writeFileSync(join(path, 'dir/file'), 'of the root\n');
  writeFileSync(join(path, 'a'), 'a\n');
}

function own(lines: readonly string[]): Place {
  const root = smallRoot();
  const outside = join(root.path, 'here');
  mkdirSync(outside);
  mkdirSync(join(root.path, 'dev'));
  fill(outside);
  return { lines: [...lines, `namespace = ${root.path}`, ...root.lines], inside: '/here', outside };
}

function hosts(lines: readonly string[]): Place {
  const root = smallRoot();
  const outside = join(root.path, 'here');
  mkdirSync(outside);
  fill(outside);
  return { lines, inside: outside, outside };
}

/** A directory of the host that every id may read. */
function source(): string {
  const path = join(smallRoot().path, 'source');
  mkdirSync(path, { mode: 0o777 });
  writeFileSync(join(path, 'file'), 'of the source\n');
  return path;
}

describeRoot.each(PLACES)((_name, place) => {
  test('bind: the same directory, a file on a file', async () => {
    const { lines, inside } = place();
    const from = source();
    const binds = [`bind = ${from}:${inside}/dir`, `bind = ${from}/file:${inside}/a`];
    expect(await ran([...lines, ...binds], `cat ${inside}/dir/file ${inside}/a`)).toBe(
      'of the source\nof the source\n',
    );
  });

  test('bind-ro: cannot be written to, nor what is mounted below it', async () => {
    const { lines, inside, outside } = place();
    const script = `echo > ${inside}/dir/null; echo > ${inside}/dir/shm/x; echo y > ${inside}/a`;
    const output = await ran(
      [...lines, `bind-ro = /dev:${inside}/dir`, `bind-ro = ${source()}/file:${inside}/a`],
      script,
    );
    expect(output).toMatch(/shm\/x: Read-only file system\n.*\/a: Read-only file system\n$/);
    expect(readFileSync(join(outside, 'a'), 'utf8')).toBe('a\n');
  });

  test('tmpfs: of that size and mode, nosuid and nodev', async () => {
    const { lines, inside, outside } = place();
    const script = `cd ${inside}/dir; head -c 100000 /dev/zero > b || stat -c %a . && grep " ${inside}/dir " /proc/self/mountinfo; ls`;
    const zero = lines.some((line) => line.startsWith('namespace')) ? ['dev = minimal'] : [];
    const output = await ran([...lines, ...zero, `tmpfs = ${inside}/dir size=8k,mode=700,noexec`], script);
    expect(output).toMatch(
      /No space left on device\n700\n.* rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=8k,mode=700/,
    );
    expect(output).toMatch(/\nb\n$/);
    expect(readdirSync(join(outside, 'dir'))).toEqual(['file']);
  });

  test('overlay of a layer alone: changes are in memory', async () => {
    const { lines, inside, outside } = place();
    const lower = source();
    const script = `cd ${inside}/dir; echo new > file; echo x > other; cat file; ls`;
    const output = await ran([...lines, `overlay = ${lower}:${inside}/dir`], script);
    // A file of the host's root is not root's of a user namespace, and no copy is made of it there.
    expect(output).toMatch(/^(new|.*Permission denied\nof the source)\nfile\nother\n$/);
    expect(output.startsWith('new')).toBe(!lines.join().includes('user'));
    expect(readFileSync(join(lower, 'file'), 'utf8')).toBe('of the source\n');
    expect(readdirSync(join(outside, 'dir'))).toEqual(['file']);
  });

  test('mask: files and directories are empty, what is not there is fine', async () => {
    const { lines, inside, outside } = place();
    mkdirSync(join(outside, 'other'));
    const masks = [
      `mask = ${inside}/a`,
      `mask = ${inside}/dir`,
      `mask = ${inside}/none/at/all`,
      `mask = ${inside}/a/x`,
    ];
    const second = [`bind = ${source()}:${inside}/dir`, `mask = ${inside}/dir/file`];
    expect(
      await ran([...lines, ...masks], `cat ${inside}/a; ls -A ${inside}/dir; : > ${inside}/dir/x`),
    ).toMatch(/^[^\n]*dir\/x: Read-only file system\n$/);
    // Two files: the second mask is a copy of the first.
    expect(
      await ran([...lines, `mask = ${inside}/a`, ...second], `cat ${inside}/a ${inside}/dir/file; echo end`),
    ).toBe('end\n');
    // Two directories: likewise.
    expect(
      await ran(
        [...lines, `mask = ${inside}/dir`, `bind = ${source()}:${inside}/other`, `mask = ${inside}/other`],
        `cd ${inside}; ls -A dir other; echo x > dir/x || echo x > other/x || echo end`,
      ),
    ).toMatch(/^dir:\n\nother:\n.*Read-only.*\n.*Read-only.*\nend\n$/);
  });

  test('read-only: all but what was opened', async () => {
    const { lines, inside, outside } = place();
    for (const name of ['t', 'b']) mkdirSync(join(outside, name));
    const parts = [`tmpfs = ${inside}/t`, `bind = ${source()}:${inside}/b`, 'read-only = true'];
    const script = `cd ${inside}; for f in a dir/file t/x b/file; do echo y > $f && echo $f; done 2>&1`;
    const output = await ran([...lines, ...parts], script);
    expect(output).toMatch(/ a: Read-only file system\n.* dir\/file: Read-only file system\nt\/x\n/);
    // In a user namespace the file of the host's root is not ours, but its mount can be written to.
    expect(output).toMatch(/\n(b\/file|.* b\/file: Permission denied)\n$/);
  });
});

describeRoot.each<readonly [string, string]>([
  ['in the view of the host’s root', 'clone = fs,pid'],
  ['the same in a user namespace', 'clone = fs,pid,user'],
])((_name, clone) => {
  test('sources are the host’s, also where something is put over them', async () => {
    const path = source();
    const lines = [
      clone,
      `tmpfs = ${path}`,
      `bind = ${path}:${path}/below`,
      `bind = ${path}/file:${path}/again`,
      `overlay = ${path}:${path}/over`,
    ];
    const script = `ls ${path}; cat ${path}/below/file ${path}/again ${path}/over/file`;
    const whole = 'of the source\n'.repeat(3);
    expect(await ran(lines, script)).toBe(`again\nbelow\nover\n${whole}`);
  });
});

describeRoot('overlay', () => {
  test('with layers of its own: changes are kept there', async () => {
    const { path, lines } = smallRoot();
    const layers = tempDirectory();
    for (const name of ['upper', 'work']) mkdirSync(join(layers, name));
    const overlay = `overlay = ${source()}:${layers}/upper:${layers}/work:/tmp`;
    expect(await ran([`namespace = ${path}`, ...lines, overlay], 'echo new > /tmp/file; cat /tmp/file')).toBe(
      'new\n',
    );
    expect(readFileSync(join(layers, 'upper/file'), 'utf8')).toBe('new\n');
  });

  test.each(['a,index=on', 'b\\c', 'd\\,e'])('a directory may be called %s', async (name) => {
    const { path, lines } = smallRoot();
    const layers = join(tempDirectory(), name);
    for (const each of ['', 'lower', 'upper', 'work']) mkdirSync(join(layers, each));
    writeFileSync(join(layers, 'lower/file'), 'of the layer\n');
    const overlay = `overlay = ${layers}/lower:${layers}/upper:${layers}/work:/tmp`;
    const output = await ran(
      [`namespace = ${path}`, ...lines, overlay],
      'cat /tmp/file; echo new > /tmp/new',
    );
    expect(output).toBe('of the layer\n');
    expect(readdirSync(join(layers, 'upper'))).toEqual(['new']);
  });

  test('as the root itself: the directory stays as it is', async () => {
    const { path, lines } = smallRoot();
    const output = await ran(
      [`namespace = ${path}`, `overlay = ${path}:/`, ...lines, 'bind-ro = /etc/hostname:/deep/hostname'],
      'rm /etc/secret; ls /etc; ls -d /deep/*; head -1 /proc/self/mountinfo',
    );
    expect(output).toContain('/deep/hostname\n');
    expect(readdirSync(path).sort()).not.toContain('deep');
    expect(readdirSync(join(path, 'etc'))).toEqual(['secret']);
  });

  test('a layer that is not there is told in the words of the kernel', async () => {
    const { path } = smallRoot();
    const end = await runJail(vassalOf([`namespace = ${path}`, 'overlay = /no/such:/tmp'], 'true'));
    expect(end.said).toMatch(/put-overlay \/no\/such .* ENOENT.*\/no\/such/);
    const upper = await runJail(
      vassalOf([`namespace = ${path}`, 'overlay = /etc:/no/such:/etc:/tmp'], 'true'),
    );
    expect(upper.said).toMatch(/put-overlay \/etc .* ENOENT.*\/no\/such is not there/);
  });
});

async function devicesAreDevices(clone: string): Promise<void> {
  const script = 'stat -c %F /dev/null /dev/tty; echo x >/dev/null; wc -c </dev/null';
  const { said, output } = await runLines([`clone = ${clone}`, 'dev = minimal'], script);
  expect(said).toBeUndefined();
  expect(output).toBe('character special file\ncharacter special file\n0\n');
}

test('dev = minimal over the host’s, in a user namespace: devices are devices', () =>
  devicesAreDevices('fs,pid,user'));

describeRoot('dev = minimal', () => {
  test('over the host’s', () => devicesAreDevices('fs,pid'));

  test.each([
    ['as root', []],
    ['in a user namespace', ['clone = user']],
  ])('%s', async (_what, more) => {
    const { path, lines } = smallRoot();
    mkdirSync(join(path, 'dev'));
    const script = [
      'ls /dev; echo x > /dev/null; head -c 3 /dev/zero | wc -c; head -c 2 /dev/urandom | wc -c',
      'echo x > /dev/full; readlink /dev/fd /dev/ptmx; ls /dev/shm /dev/pts; : > /dev/shm/x; stat -c %a /dev/shm /dev/null',
      'grep -c " /dev/pts " /proc/self/mountinfo',
    ].join('; ');
    const output = await ran([...more, `namespace = ${path}`, ...lines, 'dev = minimal'], script);
    const names = 'fd full null ptmx pts random shm stderr stdin stdout tty urandom zero'.replaceAll(
      ' ',
      '\n',
    );
    expect(output).toMatch(new RegExp(`^${names}\n3\n2\n.*I/O error\n/proc/self/fd\npts/ptmx\n`));
    expect(output).toMatch(/\n\/dev\/pts:\nptmx\n\n\/dev\/shm:\n1777\n666\n1\n$/);
    expect(readdirSync(join(path, 'dev'))).toEqual([]);
  });
});

describeRoot('proc', () => {
  test('with mount data', async () => {
    const { path, lines } = smallRoot();
    const output = await ran(
      [`namespace = ${path}`, ...lines, 'proc = hidepid=2,subset=pid'],
      'ls /proc/meminfo; grep " /proc " /proc/self/mountinfo',
    );
    expect(output).toMatch(/meminfo.*No such file.*\n.*hidepid=(2|invisible),subset=pid\n$/);
  });

  test('off', async () => {
    const { path, lines } = smallRoot();
    expect(await ran([`namespace = ${path}`, ...lines, 'proc = off'], 'ls /proc; echo end')).toBe('end\n');
  });

  test('on the host’s root, with data', async () => {
    expect(
      await ran(
        ['clone = fs,pid', 'proc = hidepid=2'],
        'grep hidepid /proc/self/mountinfo; cd /proc; echo [0-9]*',
      ),
    ).toMatch(/\n1 2\n$/);
  });
});

describeRoot('wrong use explains itself', () => {
  const SMALL = ['namespace = ROOT'];
  test.each([
    [
      'a source that is not there',
      [...SMALL, 'bind = /no/such:/tmp'],
      /put-bind .* ENOENT.*\(\/no\/such is not there\)/,
    ],
    [
      'a file on a directory',
      [...SMALL, 'bind = /etc/hostname:/tmp'],
      /E(NOTDIR|INVAL).*source and target must both be directories, or neither/,
    ],
    [
      'a part that is no directory',
      [...SMALL, 'bind = /etc:/etc/secret/x'],
      /ENOTDIR.*a part of it is no directory/,
    ],
    ['bad data', [...SMALL, 'tmpfs = /tmp gid=much'], /EINVAL.*tmpfs.*[Bb]ad value.*gid/],
    ['unknown data', [...SMALL, 'tmpfs = /tmp color=red'], /EINVAL.*color/],
    [
      'a target missing on the host',
      ['clone = fs', 'tmpfs = /no/such'],
      /ENOENT.*nothing is made on the host's own file system/,
    ],
    [
      'a root that is not there',
      ['namespace = /no/such'],
      /root-bind \/no\/such: ENOENT.*\/no\/such is not there/,
    ],
    ['a root that is a file', ['namespace = /etc/hostname'], /ENOTDIR.*\/etc\/hostname is no directory/],
  ])('%s', async (_what, lines, words) => {
    const { path } = smallRoot();
    const end = await runJail(
      vassalOf(
        lines.map((line) => line.replace('ROOT', path)),
        'true',
      ),
    );
    expect(end.said).toMatch(words);
  });

  test('on the host’s root a target in a file system of the jail’s own is made', async () => {
    const lines = ['clone = fs', 'tmpfs = /mnt', 'bind-ro = /etc:/mnt/deep/etc'];
    expect(mountPoints(await ran(lines, 'cat /proc/self/mountinfo'))).toContain('/mnt/deep/etc');
    expect(readdirSync('/mnt')).not.toContain('deep');
  });

  test('targets through links stay inside', async () => {
    const { path, lines } = smallRoot();
    symlinkSync('/etc', join(path, 'absolute'));
    const output = await ran(
      [`namespace = ${path}`, ...lines, 'tmpfs = /absolute/../etc'],
      'ls /etc; echo end',
    );
    expect(output).toBe('end\n');
    expect(readdirSync(join(path, 'etc'))).toEqual(['secret']);
  });
});
