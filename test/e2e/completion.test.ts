// What the shells make of our completion scripts: typed at, on a terminal, against a running daemon.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import { emperor } from '../helpers/emperor.ts';
import { hasProgram } from '../helpers/programs.ts';
import { type Shell, type TypedShell, typedShell } from '../helpers/shell.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const SLEEP = '[vassal]\ncommand = sleep 1000\n';
/** Each of them is found by its first letters. */
const ODD = [
  'ab $(touch pwned) `touch pwned`',
  `cd'e"f`,
  'gh\\i;j&k|l',
  'mn*?[x]{y}~#%',
  'opü ñ',
  'qr!s^t<u>',
];

async function shellOn(shell: Shell): Promise<TypedShell> {
  const files = Object.fromEntries(ODD.map((name) => [`${name}.ini`, SLEEP]));
  const daemon = await emperor({ files: { ...files, 'web.ini': `${SLEEP}instances = 2\n` } });
  const { stdout } = await tsjail(['completion', shell]);
  return typedShell(shell, tempDirectory(), stdout, daemon.control);
}

describe.each(['bash', 'zsh', 'fish'] as const)('%s', (shell) => {
  const run = hasProgram(shell) ? test : test.skip;

  run('names of vassals, whatever is in them, and nothing of them is run', async () => {
    const typed = await shellOn(shell);
    for (const name of ODD) expect(await typed.complete(`stop ${name.slice(0, 2)}`)).toEqual(['stop', name]);
    expect(await typed.complete('logs -f we')).toEqual(['logs', '-f', expect.stringMatching(/^web:/)]);
    expect(await typed.complete("stop 'ab $")).toEqual(['stop', ODD[0]]);
    expect(await typed.complete('stop "ab ')).toEqual(['stop', ODD[0]]);
    expect(existsSync(join(typed.directory, 'work/pwned'))).toBe(false);
  });

  run('commands, flags, values, files, topics', async () => {
    const typed = await shellOn(shell);
    const work = join(typed.directory, 'work');
    writeFileSync(join(work, 'some app.ini'), SLEEP);
    writeFileSync(join(work, 'some.txt'), '');
    expect(await typed.complete('rest')).toEqual(['restart']);
    expect(await typed.complete('restart --keep')).toEqual(['restart', '--keep-going']);
    expect(await typed.complete('check so')).toEqual(['check', 'some app.ini']);
    expect(await typed.complete('run --restart=on-')).toEqual(['run', '--restart=on-failure']);
    expect(await typed.complete('run --clone=fs,net,ut')).toEqual([
      'run',
      expect.stringMatching(/^--clone=fs,net,uts,?$/),
    ]);
    expect(await typed.complete('run --color ne')).toEqual(['run', '--color', 'never']);
    expect(await typed.complete('explain unprivileged-binary-patch-a')).toEqual([
      'explain',
      'unprivileged-binary-patch-arg',
    ]);
    expect(await typed.complete('emperor --emperor-tyrant-i')).toEqual([
      'emperor',
      '--emperor-tyrant-initgroups',
    ]);
    expect(await typed.complete('completion zs')).toEqual(['completion', 'zsh']);
  });

  run('without a daemon nothing is said', async () => {
    const { stdout } = await tsjail(['completion', shell]);
    const typed = typedShell(shell, tempDirectory(), stdout, '/nowhere/control.sock');
    expect(await typed.complete('stop we')).toEqual(['stop', 'we']);
  });
});
