// `--json` of the commands that stay in the foreground: `run` and `enter` tell of the end, `emperor` of all that it does.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CliCall, tsjail } from '../helpers/cli.ts';
import { emperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const JAIL = '--clone=fs,pid,uts';

/** What it said before, and the object behind that. */
function lastLine(stderr: string): { readonly before: string; readonly told: Record<string, unknown> } {
  const at = stderr.lastIndexOf('\n', stderr.length - 2);
  return { before: stderr.slice(0, at + 1), told: JSON.parse(stderr.slice(at + 1)) };
}

describe('run --json', () => {
  test('how it ended, what it used, and its own output as it was', async () => {
    const script = 'echo out; printf "no newline" >&2; exit 3';
    const { code, stdout, stderr } = await tsjail(['run', '--json', JAIL, '--', 'sh', '-c', script]);
    expect([code, stdout]).toEqual([3, 'out\n']);
    const { before, told } = lastLine(stderr);
    expect(before).toBe('no newline\n');
    expect(told).toMatchObject({
      name: 'sh',
      status: 3,
      reason: 'exit-code',
      code: 3,
      signal: null,
      core: false,
      failure: null,
      problems: [],
      troubles: [],
    });
    expect(told.message).toMatch(/^exited with code 3 after /);
    for (const key of ['pid', 'jailerPid', 'startedAt', 'maxRssKib'])
      expect(told[key], key).toBeGreaterThan(0);
    expect(told.endedAt).toBeGreaterThanOrEqual(told.startedAt as number);
  });

  test('a signal', async () => {
    const { code, stderr } = await tsjail(['run', '--json', JAIL, '--', 'sh', '-c', 'kill -KILL $$']);
    expect(code).toBe(137);
    expect(lastLine(stderr).told).toMatchObject({
      status: 137,
      reason: 'signal',
      code: null,
      signal: 'SIGKILL',
    });
  });

  test('the step that failed, and the line that asked for it', async () => {
    const file = join(tempDirectory(), 'web.ini');
    writeFileSync(file, '[vassal]\ncommand = true\nclone = fs,pid\nchdir = /no/such\n');
    const { code, stdout, stderr } = await tsjail(['run', '--json', file]);
    expect([code, stdout]).toEqual([125, '']);
    const place = { file, line: 4, column: 1 };
    expect(lastLine(stderr).told).toMatchObject({
      name: 'web',
      status: 125,
      reason: 'setup',
      pid: null,
      message: `${file}:4:1: chdir /no/such: ENOENT, no such file or directory`,
      failure: { step: 'chdir', errno: 'ENOENT', detail: null, place },
    });
  });

  test('a socket that cannot be had', async () => {
    const { code, stderr } = await tsjail(['run', '--json', '--socket=/no/such/socket', '--', 'true']);
    expect(code).toBe(125);
    expect(lastLine(stderr).told).toMatchObject({ reason: 'setup', failure: { errno: 'ENOENT' } });
  });
});

describe('emperor --json', () => {
  test('every line is an object; one tells who governs what', async () => {
    const vassals = tempDirectory();
    writeFileSync(join(vassals, 'bad.ini'), '[vassal]\ncommnd = true\n');
    writeFileSync(join(vassals, 'web.ini'), '[vassal]\ncommand = sh -c "echo here; exec sleep 1000"\n');
    const control = join(vassals, 'control.sock');
    const call = new CliCall(['emperor', vassals, '--control', control, '--json']);
    await call.said(/"msg":"here"/);
    await call.said(/"event":"governing"/);
    call.child.kill('SIGTERM');
    const { code, stdout, stderr } = await call.end;
    const objects = (text: string) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect([code, objects(stdout)]).toEqual([0, [expect.objectContaining({ vassal: 'web', msg: 'here' })]]);
    const said = objects(stderr);
    expect(said.find(({ event }) => event === 'governing')).toMatchObject({
      pid: call.child.pid,
      control,
      sources: [vassals],
      vassals: 2,
    });
    expect(said.find(({ vassal, level }) => vassal === 'bad' && level === 50)).toBeDefined();
    expect(said.at(-1)).toMatchObject({ msg: 'everything is down' });
  });
});

describeRoot('enter --json', () => {
  test('how it ended, and why it could not begin', async () => {
    const file = '[vassal]\ncommand = sleep 1000\nclone = fs,pid\n';
    const daemon = await emperor({ files: { 'web.ini': file } });
    await daemon.running('web');
    const enter = (...command: readonly string[]) =>
      tsjail(['enter', 'web', '--json', '--control', daemon.control, '--', ...command]);
    const ended = await enter('sh', '-c', 'echo out; exit 7');
    expect([ended.code, ended.stdout]).toEqual([7, 'out\n']);
    expect(lastLine(ended.stderr).told).toMatchObject({
      name: 'web',
      status: 7,
      reason: 'exit-code',
      code: 7,
      pid: expect.any(Number),
      failure: null,
    });
    const missing = await enter('no-such-program');
    expect(missing.code).toBe(127);
    expect(lastLine(missing.stderr).told).toMatchObject({
      status: 127,
      reason: 'setup',
      pid: null,
      failure: { step: 'exec', errno: 'ENOENT', detail: "'no-such-program' is not in PATH" },
    });
  });
});
