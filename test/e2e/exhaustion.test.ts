// When the machine has no more of something: one clear line, backoff, and the daemon lives on.
import { expect, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import { emperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { until } from '../helpers/until.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');

test('out of descriptors: those that run go on, the others start when there are some', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, n) => [`v${n}.ini`, vassal('command = sleep 1000')]),
  );
  const daemon = await emperor({ wrapper: ['prlimit', '--nofile=160:160'], files });
  await daemon.said(/EMFILE.*out of file descriptors: raise LimitNOFILE/);
  const running = async () => (await daemon.ls()).filter((view) => view.state === 'running');
  // Who was on the way when the first one failed comes up still.
  const before = await until('some that run', async () => {
    const found = await running();
    return found.length > 5 && found;
  });
  expect(before.length).toBeLessThan(60);
  const [first, ...rest] = before;
  daemon.remove(`${first?.name}.ini`);
  await daemon.until(first?.name ?? '', (view) => view === undefined);
  for (const { name, pid, generation } of rest)
    expect(await daemon.view(name)).toMatchObject({ state: 'running', pid, generation });
});

describeRoot('as root', () => {
  test('out of namespaces', async () => {
    const script = 'echo 0 >/proc/sys/user/max_net_namespaces; exec "$@"';
    const { code, stderr } = await tsjail(['run', '--clone=net', '--', 'true'], {
      wrapper: ['unshare', '--user', '--map-root-user', 'sh', '-c', script, 'sh'],
    });
    expect(code).toBe(125);
    expect(stderr).toMatch(
      /clone: clone3: ENOSPC.*out of namespaces: see \/proc\/sys\/user\/max_\*_namespaces/,
    );
  });

  test('out of processes', async () => {
    const daemon = await emperor({
      uid: 54_399,
      files: { 'a.ini': vassal('command = sleep 1000', 'restart-delay = 60') },
      // Node's own threads count too: a start fits in between, many do not.
      wrapper: ['prlimit', '--nproc=40:40'],
    });
    await daemon.running('a');
    for (let n = 0; n < 30; n++)
      daemon.put(`v${n}.ini`, vassal('command = sleep 1000', 'restart-delay = 60'));
    await daemon.said(/EAGAIN.*out of processes/);
    expect(await daemon.view('a')).toMatchObject({ state: 'running', generation: 1 });
  });
});
