// The only files that a command may use, in real jails.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runLines } from '../helpers/ini-jail.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const SYSTEM = ['/usr', '/bin', '/lib', '/lib64', '/etc'].map((path) => `landlock-ro = ${path}`);
const DEVICES = 'landlock-rw = /dev';

function withFiles() {
  const directory = tempDirectory();
  for (const name of ['open', 'shut']) {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'file'), name);
  }
  return directory;
}

describe('landlock', () => {
  test('what is not named cannot be read, whoever reads', async () => {
    const directory = withFiles();
    const script = `cat ${directory}/open/file; cat ${directory}/shut/file; ls ${directory}/shut 2>&1`;
    const end = await runLines([...SYSTEM, DEVICES, `landlock-ro = ${directory}/open`], script);
    expect(end.output).toMatch(/^open/);
    expect(end.output).toContain('Permission denied');
    expect(end.output).not.toMatch(/^shut/m);
  });

  test('ro cannot be written, rw can', async () => {
    const directory = withFiles();
    const lines = [`landlock-ro = ${directory}/shut`, `landlock-rw = ${directory}/open`];
    const script = ['open', 'shut'].map(
      (name) =>
        `echo new >${directory}/${name}/file; rm ${directory}/${name}/file; touch ${directory}/${name}/other`,
    );
    await runLines([...SYSTEM, DEVICES, ...lines], script.join('; '));
    expect(readFileSync(join(directory, 'shut', 'file'), 'utf8')).toBe('shut');
    expect(() => readFileSync(join(directory, 'open', 'file'))).toThrow('ENOENT');
    expect(readFileSync(join(directory, 'open', 'other'), 'utf8')).toBe('');
  });

  test('one file alone', async () => {
    const directory = withFiles();
    const lines = [...SYSTEM, DEVICES, `landlock-rw = ${directory}/open/file`];
    const end = await runLines(
      lines,
      `echo more >>${directory}/open/file; cat ${directory}/open/file; cat ${directory}/shut/file`,
    );
    expect(end.output).toMatch(/^openmore\n.*Permission denied/);
  });

  test('it comes with no_new_privs, and is there after every exec', async () => {
    const end = await runLines(
      [...SYSTEM, 'landlock-ro = /proc'],
      'sh -c "grep NoNewPrivs /proc/self/status; ls /var"',
    );
    expect(end.output).toContain('NoNewPrivs:\t1');
    expect(end.output).toContain('Permission denied');
  });

  test('a path that is not there ends the start, by its name', async () => {
    const end = await runLines(['landlock-ro = /none/such']);
    expect(end.said).toContain('landlock');
    expect(end.said).toContain('/none/such');
    expect(end.said).toContain('ENOENT');
  });
});
