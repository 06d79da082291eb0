// The packages in a Debian with nothing but Node: no compiler, no network, no script of npm's.
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/doctor/probe.ts';
import { CleanRoot, PACKAGES } from './clean-root.ts';

const MINUTES = 300_000;
const NPM = 'node /opt/npm/bin/npm-cli.js';

const tarball = readdirSync(PACKAGES).find((name) => name.endsWith('.tgz'));
const deb = readdirSync(PACKAGES).find((name) =>
  name.endsWith(process.arch === 'x64' ? '_amd64.deb' : '_arm64.deb'),
);

/** The addon loads, the jailer runs, and a jail is made by both. */
function mustWork(root: CleanRoot): void {
  const { stdout } = root.run('tsjail doctor --json');
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  for (const id of ['node', 'addon', 'jailer', 'jail', 'ns-net'])
    expect(findings.find((each) => each.id === id)).toMatchObject({ id, state: 'yes' });
  const said = 'hostname; echo \\$\\$';
  expect(root.must(`tsjail run --clone=fs,pid,net,uts --hostname=box -- sh -c "${said}"`)).toBe('box\n2\n');
}

describe('the npm tarball', () => {
  test('is installed by npm alone, works, and is removed without a trace', { timeout: MINUTES }, () => {
    const root = new CleanRoot();
    const before = root.paths();
    root.must(`${NPM} install --global --offline --ignore-scripts /packages/${tarball}`);
    expect(root.must(`${NPM} ls --global --all --parseable`).trim().split('\n')).toEqual([
      expect.stringMatching(/lib$/),
      expect.stringMatching(/lib\/node_modules\/tsjail$/),
    ]);
    mustWork(root);
    root.must(`${NPM} uninstall --global tsjail`);
    const left = root.paths().filter((path) => !before.includes(path));
    expect(left.filter((path) => path.includes('tsjail'))).toEqual([]);
  });

  test('has no script that npm would run', { timeout: MINUTES }, () => {
    const root = new CleanRoot();
    root.must(`tar -xzf /packages/${tarball} -C /tmp package/package.json`);
    const { scripts, dependencies } = JSON.parse(root.must('cat /tmp/package/package.json')) as Record<
      string,
      unknown
    >;
    expect([scripts, dependencies]).toEqual([undefined, undefined]);
  });
});

describe('the Debian package', () => {
  test('is installed, works, keeps what was configured, and is purged without a trace', {
    timeout: MINUTES,
  }, () => {
    const root = new CleanRoot();
    const before = root.paths();
    root.must(`dpkg -i /packages/${deb}`);
    expect(root.must('tsjail version')).toMatch(/^tsjail \d/);
    expect(root.must('tsjail check /etc/tsjail/emperor.ini /etc/tsjail/vassals')).toBe('');
    mustWork(root);
    expect(root.must('dpkg --verify tsjail')).toBe('');

    root.must(
      'echo "; mine" >>/etc/tsjail/emperor.ini; echo "[vassal]" >/etc/tsjail/vassals/a.ini; mkdir -p /var/lib/tsjail; touch /var/lib/tsjail/x',
    );
    root.must(`dpkg -i /packages/${deb}`);
    expect(root.must('tail -n 1 /etc/tsjail/emperor.ini')).toBe('; mine\n');
    root.must('dpkg --remove tsjail');
    expect(root.must('ls /etc/tsjail/vassals')).toBe('a.ini\n');
    expect(root.run('command -v tsjail').code).not.toBe(0);
    root.must('dpkg --purge tsjail');
    expect(root.paths().filter((path) => !before.includes(path))).toEqual([]);
  });

  test('wants a Node that is new enough', () => {
    const root = new CleanRoot();
    expect(root.must(`dpkg-deb --field /packages/${deb} Depends`)).toContain('nodejs (>= 20.19)');
  });
});
