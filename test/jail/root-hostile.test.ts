// A root file system that a vassal can write to: links at every place where something is mounted, made, masked or kept, also
// while they change. Nothing of the host is ever touched.
import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { runJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { mountPoints, namesBelow, type SmallRoot, smallRoot, vassalOf } from '../helpers/small-root.ts';
import { raceRounds, swapping } from '../helpers/swap.ts';

const { rounds: LAUNCHES, limitMs } = raceRounds(150);

interface Trap extends SmallRoot {
  /** A directory of the host that every link leads to. */
  readonly outside: string;
  /** What must be the same afterwards. */
  look(): unknown;
}

function trap(): Trap {
  const root = smallRoot();
  const outside = join(dirname(root.path), 'outside');
  mkdirSync(join(outside, 'dir'), { recursive: true });
  writeFileSync(join(outside, 'file'), 'of the host\n');
  const times = (name: string) => {
    const { mtimeMs, ctimeMs, nlink } = statSync(join(outside, name));
    return [mtimeMs, ctimeMs, nlink];
  };
  return {
    ...root,
    outside,
    look: () => [
      namesBelow(outside),
      ['', 'dir', 'file'].map(times),
      readFileSync(join(outside, 'file'), 'utf8'),
      readFileSync('/proc/self/mountinfo', 'utf8'),
    ],
  };
}

/** Different ways out to the same place. */
function ways({ path, outside }: Trap, from: string): string[] {
  return [
    outside,
    relative(dirname(join(path, from)), outside),
    `${'../'.repeat(30)}${outside}`,
    `/proc/self/root${outside}`,
  ];
}

describeRoot('links at the targets', () => {
  const TARGETS = [
    ['tmpfs', 'tmpfs = /t/dir', 't'],
    ['a directory that is to be made', 'tmpfs = /t/new/deep', 't'],
    ['a bind', 'bind = /etc:/t/dir', 't'],
    ['a bind of a file', 'bind = /etc/hostname:/t/file', 't'],
    ['a file that is to be made', 'bind = /etc/hostname:/t', 't'],
    ['a kept mount', 'namespace-keep-mount = /etc:/t/dir', 't'],
    ['an overlay', 'overlay = /etc:/t/dir', 't'],
    ['/dev', 'dev = minimal', 'dev'],
    ['a mask of a directory', 'mask = /t/dir', 't'],
    ['a mask of a file', 'mask = /t/file', 't'],
  ] as const;

  test.each(TARGETS)('%s', async (_what, line, link) => {
    const root = trap();
    for (const way of ways(root, link)) {
      rmSync(join(root.path, link), { force: true, recursive: true });
      symlinkSync(way, join(root.path, link));
      const before = root.look();
      const { output, said } = await runJail(
        vassalOf([`namespace = ${root.path}`, ...root.lines, line], 'cat /proc/self/mountinfo'),
      );
      expect(root.look()).toEqual(before);
      // Either it was refused, or it went where the link leads inside.
      if (said === undefined)
        expect(
          mountPoints(output)
            .filter((point) => point.startsWith(`/${link}`))
            .every((point) => line.includes(point)),
        ).toBe(true);
      else expect(said).toMatch(/ELOOP|ENOENT/);
    }
  });

  test('/proc', async () => {
    const root = trap();
    rmSync(join(root.path, 'proc'), { recursive: true });
    symlinkSync(root.outside, join(root.path, 'proc'));
    const before = root.look();
    const { said } = await runJail(vassalOf([`namespace = ${root.path}`, ...root.lines], 'true'));
    expect(root.look()).toEqual(before);
    expect(said).toMatch(/put-mount proc .*ELOOP.*proc is a symbolic link, and nothing is made through one/);
  });

  test('a link that leads to a place inside is followed', async () => {
    const root = trap();
    mkdirSync(join(root.path, 'real'));
    symlinkSync('/real', join(root.path, 'link'));
    const { output } = await runJail(
      vassalOf([`namespace = ${root.path}`, ...root.lines, 'tmpfs = /link/t'], 'cat /proc/self/mountinfo'),
    );
    expect(mountPoints(output)).toContain('/real/t');
  });

  test('/dev/null of the root is not what masks are made of', async () => {
    const root = trap();
    mkdirSync(join(root.path, 'dev'));
    symlinkSync('/etc/secret', join(root.path, 'dev/null'));
    writeFileSync(join(root.path, 'mine'), 'mine');
    const { output } = await runJail(
      vassalOf(
        [`namespace = ${root.path}`, ...root.lines, 'mask = /mine'],
        'echo x > /mine; cat /mine /etc/secret',
      ),
    );
    expect(output).toBe('secret\n');
  });
});

describeRoot('targets that change while they are looked up', () => {
  async function race(root: Trap): Promise<void> {
    mkdirSync(join(root.path, 'victim/dir'), { recursive: true });
    writeFileSync(join(root.path, 'victim/file'), 'of the root\n');
    const links = ways(root, 'link0').map((way, index) => {
      const link = join(root.path, `link${index}`);
      symlinkSync(way, link);
      return link;
    });
    await swapping(join(root.path, 'victim'), links);
  }

  test(
    'nothing of the host is mounted on, made or masked',
    async () => {
      const root = trap();
      await race(root);
      const before = root.look();
      const lines = [
        `namespace = ${root.path}`,
        ...root.lines,
        'tmpfs = /victim/dir',
        'tmpfs = /victim/new/deep size=64k',
        'bind = /etc/hostname:/victim/made',
        'mask = /victim/file',
        'read-only = true',
      ];
      const config = vassalOf(lines, 'cat /proc/self/mountinfo');
      let worked = 0;
      for (let i = 0; i < LAUNCHES; i++) {
        const { said, output } = await runJail(config);
        if (said === undefined) worked++;
        else expect(said).toMatch(/ENOENT|ELOOP|ENOTDIR|EINVAL|EAGAIN/);
        expect(mountPoints(output).filter((point) => point.includes('outside'))).toEqual([]);
      }
      expect(root.look()).toEqual(before);
      // Else nothing was raced at all.
      expect(worked).toBeGreaterThan(0);
      expect(worked).toBeLessThan(LAUNCHES);
    },
    limitMs,
  );
});

describeRoot('a /proc that is a link', () => {
  test('is masked where it was mounted, wherever the link leads by then', async () => {
    const root = smallRoot();
    rmdirSync(join(root.path, 'proc'));
    for (const name of ['one', 'other']) mkdirSync(join(root.path, name));
    symlinkSync('one', join(root.path, 'proc'));
    const lines = ['profile = container', `namespace = ${root.path}`, ...root.lines];
    // As somebody would who is in the same root.
    const swap = 'hook-as-root = exec:ln -sfn other /proc';
    const { output, said } = await runJail(
      vassalOf(
        [...lines, swap],
        'readlink /proc; cat /one/keys | wc -c; grep -o "^.* /one/sys ro" /one/self/mountinfo',
      ),
    );
    expect(said).toBeUndefined();
    expect(output).toMatch(/^other\n0\n.* \/one\/sys ro$/m);
  });
});
