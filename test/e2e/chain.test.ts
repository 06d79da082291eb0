// `tsjail reload --all`: a few at a time, each ready before the next, and an end where one does not come back.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import { emperor, type TestEmperor } from '../helpers/emperor.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const NAMES = ['a', 'b', 'c'];

async function generations(daemon: TestEmperor): Promise<number[]> {
  return (await daemon.ls()).map(({ generation }) => generation);
}

/** Vassals that come up while the file is there, and take a moment to be ready. */
async function governed(flag: string): Promise<TestEmperor> {
  const text = vassal('ready = delay:0.3', `command = sh -c "test -e ${flag} && exec sleep 1000; exit 7"`);
  const daemon = await emperor({ files: Object.fromEntries(NAMES.map((name) => [`${name}.ini`, text])) });
  for (const name of NAMES) await daemon.running(name);
  return daemon;
}

test('one after the other, and never two in the making', async () => {
  const flag = join(tempDirectory(), 'flag');
  writeFileSync(flag, '');
  const daemon = await governed(flag);
  const order: string[] = [];
  const close = await daemon.onEvent(({ vassal: name, event, message }) => {
    if (event === 'state' && ['reloading', 'running'].includes(message)) order.push(`${name} ${message}`);
  });
  const { code, stdout } = await tsjail(['reload', '--all', '--parallel=1', '--control', daemon.control]);
  close();
  expect(code).toBe(0);
  expect(stdout.split('\n').map((line) => line.replace(/\d+$/, 'N'))).toEqual([
    ...NAMES.map((name) => `${name}: running, pid N`),
    '',
  ]);
  expect(order).toEqual(NAMES.flatMap((name) => [`${name} reloading`, `${name} running`]));
  expect(await generations(daemon)).toEqual([2, 2, 2]);
});

test('one that does not come back ends it, and the others run on', async () => {
  const flag = join(tempDirectory(), 'flag');
  writeFileSync(flag, '');
  const daemon = await governed(flag);
  rmSync(flag);
  const { code, stderr } = await tsjail(['reload', '--all', '--parallel=1', '--control', daemon.control]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^a: exited with code 7 before it was ready/);
  expect(stderr).toContain('a did not come back; 2 vassals left as they are: b, c');
  for (const name of ['b', 'c'])
    expect(await daemon.view(name)).toMatchObject({ state: 'running', generation: 1 });
});
