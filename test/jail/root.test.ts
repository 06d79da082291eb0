// A root file system of its own: by `namespace`, `pivot_root` and `chroot`, seen from inside and from the host.
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { VassalConfig } from '../../src/config/vassal-config.ts';
import { type Plan, step } from '../../src/plan/step.ts';
import { type JailEnd, planOf, runJail, startJail } from '../helpers/jail.ts';
import { hostMounts } from '../helpers/leftovers.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { mountPoints, namesBelow, smallRoot, vassalOf as vassalAsIs } from '../helpers/small-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const MS_BIND = 4096;
/** What a profile mounts besides is no part of how a root is made. */
const vassalOf: typeof vassalAsIs = (lines, script) => vassalAsIs([...lines, 'profile = open'], script);

async function ran(config: VassalConfig, plan: Plan = planOf(config)): Promise<string> {
  const end: JailEnd = await runJail(config, { plan });
  expect(end.said).toBeUndefined();
  return end.output;
}

/** As a hook post-jail does: NEW is bound onto itself. */
function withMount(config: VassalConfig, path: string): Plan {
  const plan = planOf(config);
  const before = plan.steps.findIndex(({ name }) => name === 'root-at');
  return { ...plan, steps: plan.steps.toSpliced(before, 0, step('mount', [path, path, '', MS_BIND, ''])) };
}

describeRoot('namespace', () => {
  test('the root, its own /proc and what was asked for: nothing else is to be seen', async () => {
    const { path, lines } = smallRoot();
    const names = namesBelow(path);
    const before = hostMounts(path);
    const output = await ran(
      vassalOf(
        [`namespace = ${path}:web-1`, ...lines],
        'cat /proc/self/mountinfo; echo; hostname; cd /proc; echo [0-9]*; ls -d /..',
      ),
    );
    expect(mountPoints(output).sort()).toEqual(['/', '/proc', '/usr']);
    expect(output).toMatch(/\nweb-1\n1 2\n\/\.\.\n$/);
    expect(output).not.toMatch(/shared:|master:/);
    expect(hostMounts(path)).toEqual(before);
    expect(namesBelow(path)).toEqual(names);
  });

  test('the old root is out of reach: of `..`, of the working directory and of /proc', async () => {
    const { path, lines } = smallRoot();
    const script = 'cat /../etc/secret /proc/1/root/etc/secret; cd ..; pwd; ls /proc/1/cwd/etc';
    expect(await ran(vassalOf([`namespace = ${path}`, ...lines], script))).toBe(
      'secret\nsecret\n/\nsecret\n',
    );
  });

  test('mounts are kept alone, without those below them, on targets that are made', async () => {
    const { path, lines } = smallRoot();
    const output = await ran(
      vassalOf(
        [`namespace = ${path}`, ...lines, 'namespace-keep-mount = /dev:/deep/dev'],
        'cat /proc/self/mountinfo',
      ),
    );
    expect(mountPoints(output).sort()).toEqual(['/', '/deep/dev', '/proc', '/usr']);
  });

  test('a kept path below the root keeps what is mounted there', async () => {
    const { path, lines } = smallRoot();
    const keep = [`tmpfs = /tmp`, `namespace-keep-mount = ${path}/etc:/tmp/etc`];
    expect(await ran(vassalOf([`namespace = ${path}`, ...lines, ...keep], 'cat /tmp/etc/secret'))).toBe(
      'secret\n',
    );
  });

  test('/ can be the root: then only what is mounted on it goes', async () => {
    const output = await ran(vassalOf(['namespace = /:same'], 'cat /proc/self/mountinfo; hostname'));
    expect(mountPoints(output)).toEqual(['/', '/proc']);
    expect(output).toMatch(/\nsame\n$/);
  });

  test('in a user namespace', async () => {
    const { path, lines } = smallRoot();
    mkdirSync(join(path, 'dev'));
    const output = await ran(
      vassalOf(
        ['clone = user', `namespace = ${path}`, ...lines, 'dev = minimal', 'tmpfs = /tmp'],
        'cat /proc/self/mountinfo; echo x > /dev/null && touch /tmp/y && echo fine',
      ),
    );
    expect(output).toMatch(/\nfine\n$/);
    const points = mountPoints(output).filter((point) => !point.startsWith('/dev/'));
    expect(points.sort()).toEqual(['/', '/dev', '/proc', '/tmp', '/usr']);
  });

  test('in a user namespace, of a directory that only root of the host may enter', async () => {
    const { path, lines } = smallRoot();
    chmodSync(dirname(path), 0o700);
    const hidden = tempDirectory();
    writeFileSync(join(hidden, 'file'), 'hidden\n');
    const more = [`bind = ${hidden}/file:/etc/secret`, `overlay = ${path}/etc:/tmp`];
    const script =
      'cat /etc/secret /tmp/secret; cat /proc/self/mountinfo | wc -l; ls -l /proc/self/fd | grep -c /';
    expect(await ran(vassalOf(['clone = user', `namespace = ${path}`, ...lines, ...more], script))).toMatch(
      /^hidden\nsecret\n5\n/,
    );
  });

  test('in a user namespace, of a directory that only another user may enter: the error says so', async () => {
    const { path, lines } = smallRoot();
    const theirs = tempDirectory();
    mkdirSync(join(theirs, 'site'));
    chownSync(theirs, 1234, 1234);
    const end = await runJail(
      vassalOf(['clone = user', `namespace = ${path}`, ...lines, `bind = ${theirs}/site:/tmp`], 'true'),
    );
    expect(end.said).toMatch(
      /put-bind .*: EACCES, .*root of the user namespace may not pass a directory above it/,
    );
  });

  test('in a user namespace nothing can be made in a root of somebody else', async () => {
    const { path, lines } = smallRoot();
    const end = await runJail(
      vassalOf(['clone = user', `namespace = ${path}`, ...lines, 'tmpfs = /none'], ''),
    );
    expect(end.said).toMatch(/:5:1: put-mount tmpfs \/none .*EACCES.*does not own the directory/);
  });
});

describeRoot('pivot_root', () => {
  function parts() {
    const root = smallRoot();
    const old = join(root.path, '.old');
    mkdirSync(old);
    const lines = ['clone = fs,pid', `pivot_root = ${root.path} ${old}`, ...root.lines];
    return { ...root, old, lines };
  }

  test('an old root that is still there goes, with a line that says so', async () => {
    const { path, lines } = parts();
    const config = vassalOf(lines, 'cat /proc/self/mountinfo; ls /.old');
    const output = await ran(config, withMount(config, path));
    expect(output).toContain(
      'tsjail: the old root was still mounted on /.old and is detached now (`keep-old-root` leaves it there)\n',
    );
    expect(mountPoints(output).sort()).toEqual(['/', '/proc', '/usr']);
  });

  test('what a hook has detached already is not told of', async () => {
    const { path, lines } = parts();
    const hooks = [
      `hook-post-jail = mount:none ${path} ${path} bind`,
      'hook-as-root = mount:none /.old/etc /tmp bind',
      'hook-as-root = umount:/.old rec,detach',
    ];
    const output = await ran(vassalOf([...lines, ...hooks], 'cat /proc/self/mountinfo; ls -d /tmp/passwd'));
    expect(output).not.toContain('tsjail:');
    expect(mountPoints(output).sort()).toEqual(['/', '/proc', '/tmp', '/usr']);
    expect(output).toMatch(/\n\/tmp\/passwd\n$/);
  });

  test('with keep-old-root it stays, and nothing is said', async () => {
    const { path, lines } = parts();
    const config = vassalOf([...lines, 'keep-old-root = true'], `cat /.old${path}/etc/secret`);
    expect(await ran(config, withMount(config, path))).toBe('secret\n');
  });

  test('the plan shows where it stands between: after it was made, before it goes', () => {
    const { lines } = parts();
    const names = planOf(vassalOf(lines, '')).steps.map(({ name }) => name);
    expect(names.indexOf('pivot-root')).toBeLessThan(names.indexOf('detach-old-root'));
  });

  test.each([
    ['no mount point', (path: string) => path, `is not a mount point`],
    ['no directory for the old root', undefined, 'the directory for the old root, .*/none, is not there'],
    ['a file for the old root', undefined, 'etc/secret is no directory'],
  ])('%s', async (what, bare, words) => {
    const { path, lines } = parts();
    const old = what.startsWith('no directory') ? 'none' : what.startsWith('a file') ? 'etc/secret' : '.old';
    const changed = lines.map((line) => line.replace(/\/\.old$/, `/${old}`));
    const config = vassalOf(changed, 'true');
    const plan = bare ? planOf(config) : withMount(config, path);
    expect((await runJail(config, { plan })).said).toMatch(new RegExp(words));
  });

  test('a root that is not there', async () => {
    const end = await runJail(vassalOf(['clone = fs', 'pivot_root = /no/such /no/such/old'], 'true'));
    expect(end.said).toMatch(/:3:1: root-at \/no\/such: ENOENT, .*\/no\/such is not there/);
  });
});

describeRoot('chroot', () => {
  test('with mounts of its own', async () => {
    const { path, lines } = smallRoot();
    const script = 'ls -d /etc/*; cd /proc; echo [0-9]*; pwd; cat /../etc/secret';
    expect(await ran(vassalOf(['clone = fs,pid', `chroot = ${path}`, ...lines], script))).toBe(
      '/etc/secret\n1 2\n/proc\nsecret\n',
    );
  });

  test('without any namespace', async () => {
    const { path } = smallRoot();
    const config = {
      ...vassalOf([`chroot = ${path}`], ''),
      command: { value: ['/etc/secret'], at: { file: 'f', line: 1, column: 1 } },
    };
    writeFileSync(join(path, 'etc/secret'), 'x', { mode: 0o755 });
    // There is nothing to be run in it, which is told by the root that it is looked for in.
    expect((await runJail(config)).said).toContain('/etc/secret');
  });

  test('/proc is left alone where the root has no place for it', async () => {
    const { path, lines } = smallRoot();
    const config = vassalOf(
      [
        'clone = fs,pid',
        `chroot = ${path}/etc`,
        ...lines.map((line) => `${line}:/usr`),
        'bind-ro = /usr/lib:/lib',
        'bind-ro = /usr/lib64:/lib64',
      ],
      '',
    );
    const end = await runJail({ ...config, command: { value: ['/usr/bin/ls', '/'], at: config.command.at } });
    expect(end.said).toBeUndefined();
    expect(end.output).not.toContain('proc');
  });
});

describeRoot('a mount namespace that was joined', () => {
  async function joining(more: readonly string[], script = 'true') {
    const socket = join(tempDirectory(), 'ns.sock');
    const served = startJail(
      vassalOf(
        ['clone = fs,uts', `setns-socket = ${socket}`, 'setns-socket-skip = pid,pid_for_children'],
        'echo up; exec sleep 1000',
      ),
    );
    onTestFinished(async () => {
      served.process.kill();
      await served.end;
    });
    await served.said(/up/);
    await served.started;
    const mounts = () => readFileSync(`/proc/${served.commandPid}/mountinfo`, 'utf8');
    const before = mounts();
    const end = await runJail(vassalOf([`setns = ${socket}`, ...more], script));
    expect(mounts()).toBe(before);
    return end;
  }

  test.each([
    ['bind = /etc:/mnt'],
    ['tmpfs = /mnt'],
    ['overlay = /etc:/mnt'],
    ['dev = minimal'],
    ['mask = /etc/passwd'],
    ['read-only = true'],
    ['namespace = /usr'],
    ['pivot_root = /usr /usr/share'],
  ])('is not changed by %s', async (line) => {
    const { said } = await joining(['clone = fs', line]);
    expect(said).toMatch(/: EPERM, .*joined by setns.*`unshare = fs` makes a copy/);
  });

  test('is copied by unshare, and the copy is the jail’s', async () => {
    const more = ['clone = pid', 'unshare = fs', 'tmpfs = /mnt', 'mask = /etc/passwd', 'read-only = true'];
    const { said, output } = await joining(
      more,
      'ls -A /mnt; wc -c < /etc/passwd; cat /proc/self/mountinfo | grep " / / "',
    );
    expect(said).toBeUndefined();
    expect(output).toMatch(/^0\n.* \/ \/ ro,/);
  });
});
