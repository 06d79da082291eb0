// The commands that read configs: check, plan, and the refusals of run and emperor. Nothing is started here.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { tsjail } from './harness.ts';

const GOOD = '[vassal]\nclone = fs,pid\ncommand = sleep 1\n';
const BAD = '[vassal]\nclone = fs,pid\nhostnme = web\ncommand = sleep 1\n';
const BAD_PLACE =
  ':3:1: error: unknown key `hostnme`; did you mean `hostname`?\n  3 | hostnme = web\n    | ^^^^^^^\n';

/** Paths of the files that were made. */
function files(texts: Readonly<Record<string, string>>): (name: string) => string {
  const directory = tempDirectory();
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(directory, name), text);
  return (name) => join(directory, name);
}

describe('check', () => {
  test('a good file', async () => {
    const path = files({ 'web.ini': GOOD });
    expect(await tsjail(['check', path('web.ini')])).toEqual({
      code: 0,
      out: '',
      err: 'tsjail: 1 file: nothing is wrong\n',
    });
    expect((await tsjail(['check', path('web.ini'), '--json'])).out).toBe('[]\n');
  });

  test('every problem of every file of a directory, with its line and a caret', async () => {
    const path = files({
      'web.ini': BAD,
      'api.ini': '[vassal]\n',
      'ok.ini': GOOD,
      '.hidden.ini': BAD,
      '.#web.ini': BAD,
      'web.ini~': BAD,
      'web.ini.swp': BAD,
      'notes.txt': 'x',
    });
    mkdirSync(path('sub.ini'));
    const { code, out, err } = await tsjail(['check', path('')]);
    expect(code).toBe(1);
    expect(out).toContain(path('web.ini') + BAD_PLACE);
    expect(out).toContain(`${path('api.ini')}:1:1: error: no \`command\``);
    expect(out.match(/: error: /g)).toHaveLength(2);
    expect(err).toBe('tsjail: 3 files: 2 errors\n');
  });

  test('files whose vassals would wait for one another', async () => {
    const waits = (names: string) => `[vassal]\nafter = ${names}\ncommand = sleep 1\n`;
    const path = files({ 'a.ini': waits('b other'), 'b.ini': waits('c:2'), 'c.ini': waits('a') });
    const { code, out } = await tsjail(['check', path('')]);
    expect([code, out]).toEqual([
      1,
      `${path('c.ini')}:2:1: error: these would wait for one another: c → a → b → c\n  2 | after = a\n    | ^^^^^^^^^\n`,
    ]);
  });

  test('a path that was given as a relative one stays so, also of what is included', async () => {
    const path = files({
      'web.ini': `[vassal]\ninclude = all.inc\n${BAD.slice('[vassal]\n'.length)}`,
      'all.inc': '[vassal]\numsk = 022\n',
    });
    const directory = relative(process.cwd(), path(''));
    for (const [operand, shown] of [
      [directory, `${directory}/`],
      [`./${directory}/web.ini`, `./${directory}/`],
    ] as const) {
      const { out } = await tsjail(['check', operand]);
      expect(out).toMatch(new RegExp(`^${shown.replaceAll('.', '\\.')}web\\.ini:4:1: error: `, 'm'));
      expect(out).toMatch(/^(\.\.\/)+.*\/all\.inc:2:1: error: unknown key `umsk`/m);
    }
  });

  test('--json is an array of problems', async () => {
    const path = files({ 'web.ini': BAD });
    const { code, out } = await tsjail(['check', path('web.ini'), '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual([
      {
        file: path('web.ini'),
        line: 3,
        column: 1,
        endColumn: 8,
        severity: 'error',
        code: 'unknown-key',
        message: 'unknown key `hostnme`',
        suggestion: 'hostname',
      },
    ]);
  });

  test('a warning is no failure', async () => {
    const path = files({ 'web.ini': `${GOOD}umask = 022\numask = 027\n` });
    const { code, out, err } = await tsjail(['check', path('web.ini')]);
    expect([code, err]).toEqual([0, 'tsjail: 1 file: 1 warning\n']);
    expect(out).toContain(': warning: ');
  });

  test('what the daemon would see before it stops anything: a warning, for it may be mended by then', async () => {
    const path = files({
      'web.ini': '[vassal]\ncommand = sleep 1\nchdir = /no/such\nlog = file:/no/log/web.log\n',
      'api.ini': '[vassal]\nclone = fs,pid\n\ncommand = slep 1 \n',
      'script.ini': '[vassal]\ncommand = %dscript\n',
      'text.ini': '[vassal]\ncommand = %dtext.ini\n',
      'bad.ini': '[vassal]\ncommand = slep 1\nhostnme = x\n',
      script: '#!/no/such/sh\n',
    });
    chmodSync(path('script'), 0o755);
    const { code, out } = await tsjail(['check', path('api.ini')], { env: { PATH: '/bin:/usr/bin' } });
    expect([code, out]).toEqual([
      0,
      `${path('api.ini')}:4:1: warning: no program \`slep\` in PATH\n  4 | command = slep 1\n    | ^^^^^^^^^^^^^^^^\n`,
    ]);
    const told = async (name: string) =>
      JSON.parse((await tsjail(['check', path(name), '--json'])).out).map(
        (each: { line: number; code: string; message: string }) =>
          `${each.line} ${each.code} ${each.message}`,
      );
    expect(await told('web.ini')).toEqual([
      '3 cannot-start /no/such is not there',
      '4 cannot-log log file /no/log/web.log: /no/log is not there',
    ]);
    expect(await told('script.ini')).toEqual([
      `2 cannot-start ${path('script')} wants the interpreter /no/such/sh, which is not there`,
    ]);
    expect(await told('text.ini')).toEqual([`2 cannot-start ${path('text.ini')} is not executable`]);
    // What has errors is not looked at any further.
    expect(await told('bad.ini')).toEqual(['3 unknown-key unknown key `hostnme`']);
  });

  test('what is not there or no file is a problem of its own', async () => {
    const path = files({ 'web.ini': GOOD });
    const { code, out } = await tsjail(['check', '/none', path('web.ini'), '/dev/null']);
    expect(code).toBe(1);
    expect(out).toBe(
      '/none:1:1: error: cannot read it: ENOENT (no such file)\n' +
        '/dev/null:1:1: error: cannot read it: not a regular file\n',
    );
  });

  test("the daemon's own file, told by its section or by --config", async () => {
    const path = files({
      'emperor.ini': '[emperor]\nemperor-freq = often\n',
      'uwsgi.ini': '[uwsgi]\nemperor-freq = often\n',
      'good.ini': '[emperor]\nemperor-freq = 5\n',
    });
    expect((await tsjail(['check', path('good.ini')])).code).toBe(0);
    const bySection = await tsjail(['check', path('emperor.ini')]);
    expect(bySection.code).toBe(1);
    expect(bySection.out).toContain('emperor.ini:2:16: error: `often` is not a time');
    const named = await tsjail(['check', path('uwsgi.ini'), '--config', path('uwsgi.ini')]);
    expect(named.out).toContain('uwsgi.ini:2:16: error: `often` is not a time');
  });

  test('among vassals it is no vassal', async () => {
    const path = files({ 'emperor.ini': '[emperor]\n' });
    expect((await tsjail(['check', path('')])).out).toContain("[emperor] is for the daemon's own config");
  });

  test("counts with what the daemon's config gives to all", async () => {
    const path = files({
      'web.ini': '[vassal]\nclone = pid\n',
      'e.conf': '[emperor]\nvassals-set = command=true\n',
    });
    expect((await tsjail(['check', path('web.ini')])).code).toBe(1);
    expect((await tsjail(['check', path('web.ini'), '--config', path('e.conf')])).code).toBe(0);
  });

  test("a bad config of the daemon's is told and ends it", async () => {
    const path = files({ 'web.ini': GOOD, 'e.conf': '[emperor]\nnope = 1\n' });
    const { code, err } = await tsjail(['check', path('web.ini'), '--config', path('e.conf')]);
    expect(code).toBe(1);
    expect(err).toContain('e.conf:2:1: error: unknown key `nope`');
    expect(err).toContain("the daemon's own config is bad");
    const none = await tsjail(['check', path('web.ini'), '--config', '/none']);
    expect([none.code, none.err]).toEqual([
      1,
      "/none:1:1: error: cannot read it: ENOENT (no such file)\ntsjail: /none: the daemon's own config is bad\n",
    ]);
  });

  test('in colour on a terminal', async () => {
    const path = files({ 'web.ini': BAD });
    const argv = ['check', path('web.ini')];
    expect((await tsjail(argv, { columns: 80 })).out).toContain('\u001b[');
    expect((await tsjail(argv, { columns: 80, env: { NO_COLOR: '1' } })).out).not.toContain('\u001b');
  });
});

const isRoot = process.getuid?.() === 0;
/** Without root a user namespace is added. */
const SPACES = isRoot ? ['fs', 'pid'] : ['fs', 'pid', 'user'];

describe('plan', () => {
  test('the steps, numbered, with their lines', async () => {
    const path = files({ 'web.ini': GOOD });
    const { code, out, err } = await tsjail(['plan', path('web.ini')], {
      env: { PATH: '/bin', SECRET: 's' },
    });
    expect([code, err]).toEqual([0, '']);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toBe(`clone ${SPACES.join(',')}`);
    expect(lines[1]).toMatch(/^ ?0 {2}session$/);
    expect(out).toContain(`put-mount proc /proc nosuid,nodev,noexec ''    # ${path('web.ini')}:2`);
    expect(lines.at(-5)).toMatch(/^ ?\d+ {2}exec 2 sleep 1 {4}# .*web\.ini:3$/);
    expect(lines.at(-4)).toMatch(/^ {6}# the environment of the shell that asks/);
    expect(lines.slice(-3)).toEqual(['      PATH=/bin', '      SECRET=s', '      TSJAIL_VASSAL=web']);
  });

  test('--json', async () => {
    const path = files({ 'web.ini': GOOD });
    const { code, out } = await tsjail(['plan', path('web.ini'), '--json'], { env: { PATH: '/bin' } });
    expect(code).toBe(0);
    const plan = JSON.parse(out);
    expect(plan).toMatchObject({
      name: 'web',
      cloneFlags: isRoot ? 0x2002_0000 : 0x3002_0000,
      namespaces: SPACES,
    });
    expect(plan.steps[0]).toEqual({ index: 0, name: 'session', args: [], file: null, line: null });
    expect(plan.steps.at(-1)).toEqual({
      index: plan.steps.length - 1,
      name: 'exec',
      args: ['2', 'sleep', '1', 'PATH=/bin', 'TSJAIL_VASSAL=web'],
      file: path('web.ini'),
      line: 3,
    });
  });

  test('of a bad file there is none', async () => {
    const path = files({ 'web.ini': BAD });
    const { code, out, err } = await tsjail(['plan', path('web.ini')]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe(path('web.ini') + BAD_PLACE);
    expect(await tsjail(['plan', '/none'])).toEqual({
      code: 1,
      out: '',
      err: '/none:1:1: error: cannot read it: ENOENT (no such file)\n',
    });
  });
});

describe('run refuses', () => {
  test.each([
    [['--clnoe=fs', '--', 'true'], 'argument 2: error: unknown key `--clnoe`; did you mean `--clone`?'],
    [['--umask=9', '--', 'true'], 'argument 2: error: '],
    [['--confg=x', '--', 'true'], 'tsjail: unknown option `--confg`; did you mean `--config`?'],
    [[], 'argument 1: error: no `command`'],
    [['a', 'b'], 'tsjail: too many arguments: tsjail run [FILE]'],
  ])('wrong words: %j', async (words, message) => {
    const { code, out, err } = await tsjail(['run', ...words]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  test('a bad file: the jail could not be set up', async () => {
    const path = files({ 'web.ini': BAD });
    const { code, err } = await tsjail(['run', path('web.ini')]);
    expect([code, err]).toEqual([125, path('web.ini') + BAD_PLACE]);
    expect((await tsjail(['run', '/none'])).code).toBe(125);
  });

  test('--json: one object, with the problems', async () => {
    const path = files({ 'web.ini': BAD });
    const { code, out, err } = await tsjail(['run', path('web.ini'), '--json']);
    expect([code, out, err.trimEnd().split('\n')]).toEqual([125, '', [expect.any(String)]]);
    expect(JSON.parse(err)).toMatchObject({
      name: 'web',
      status: 125,
      reason: 'setup',
      pid: null,
      problems: [{ file: path('web.ini'), severity: 'error' }],
    });
  });
});

describe('emperor refuses', () => {
  test.each([
    [['amqp://localhost'], 'tsjail: no monitor for `amqp://`: there are dir:// and glob://'],
    [[''], 'tsjail: a SOURCE is empty'],
    [
      ['/tmp', '--emperor-frq=3'],
      'argument 3: error: unknown key `--emperor-frq`; did you mean `--emperor-freq`?',
    ],
    [['--emperor=pg://x'], 'argument 2: error: no monitor for `pg://`'],
    [['--contrl=x'], 'tsjail: unknown option `--contrl`; did you mean `--control`?'],
    [['--log-format=xml'], 'tsjail: --log-format is text or json'],
    [['--config=/none'], '/none:1:1: error: cannot read it: ENOENT (no such file)'],
    [['-d'], 'tsjail: unknown option `-d`'],
    [['/tmp', '--', 'sh'], 'tsjail: there is nothing to come after `--`'],
  ])('%j', async (words, message) => {
    const before = process.listenerCount('SIGTERM');
    const { code, out, err } = await tsjail(['emperor', ...words]);
    for (const name of ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGURG', 'SIGWINCH'])
      process.removeAllListeners(name);
    expect(before).toBe(0);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  test('--json: what is wrong is a line of the log', async () => {
    const lines = async (...words: readonly string[]) => {
      const { code, out, err } = await tsjail(['emperor', '--json', ...words]);
      return {
        code,
        out,
        said: err
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)),
      };
    };
    const problem = { code: 'unknown-key', column: 4, suggestion: '--emperor-freq', severity: 'error' };
    expect(await lines('/tmp', '--emperor-frq=3')).toMatchObject({
      code: 2,
      out: '',
      said: [{ level: 50, msg: expect.stringContaining('did you mean'), problem }],
    });
    expect(await lines('amqp://localhost')).toMatchObject({
      code: 2,
      said: [{ level: 50, msg: expect.stringMatching(/^no monitor for `amqp:/) }],
    });
    expect(await lines('/tmp', '--log-file', '/none/log')).toMatchObject({
      code: 1,
      said: [{ level: 50, msg: expect.stringMatching(/^ENOENT: .* '\/none\/log'$/) }],
    });
    expect(await lines('--log-format', 'text')).toMatchObject({
      code: 2,
      said: [{ msg: 'either --json or --log-format text' }],
    });
  });

  test('a log that cannot be written', async () => {
    const { code, err } = await tsjail(['emperor', '/tmp', '--log-file', '/none/log']);
    expect([code, err]).toEqual([1, "tsjail: ENOENT: no such file or directory, open '/none/log'\n"]);
  });
});
