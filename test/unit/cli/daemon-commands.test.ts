// The commands that talk to the daemon, against its real control server with nobody behind it.
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { LastExit, VassalState, VassalView } from '../../../src/emperor/view.ts';
import { FakeEmperor, line, NOW_SEC, view } from '../../helpers/fake-emperor.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { until } from '../../helpers/until.ts';
import { CapturedOutput, serve, tsjail } from './harness.ts';

const NOTHING = { pid: null, jailerPid: null, memoryBytes: null, cpuUsec: null, pids: null };
const CRASH: LastExit = {
  code: 3,
  signal: null,
  reason: 'exit-code',
  at: NOW_SEC - 1,
  message: 'exited with code 3 after 12 ms',
  brief: 'exited with code 3',
  place: null,
};
const WEB = view({ since: NOW_SEC - 3 * 3600 - 120 });
const REPORT = view({
  ...NOTHING,
  name: 'report',
  state: 'backoff',
  restarts: 3,
  lastExit: CRASH,
  nextStart: NOW_SEC + 4,
});

describe('ls', () => {
  test('of those that are named', async () => {
    const { ask } = await serve(new FakeEmperor(WEB, REPORT));
    expect(JSON.parse((await ask(['ls', 'web', '--json'])).out)).toEqual([WEB]);
    expect((await ask(['ls', 'web'])).out).not.toContain('report');
    expect((await ask(['ls', 'wbe'])).code).toBe(4);
  });

  test('is the table of the README where it is not read by a person', async () => {
    const { ask } = await serve(new FakeEmperor(WEB, REPORT));
    expect(await ask(['ls'])).toEqual({
      code: 0,
      err: '',
      out: [
        '  VASSAL  STATE    PID    CPU  MEM     RESTARTS  STATUS',
        '↻ report  backoff  -      -    -       3         next in 4 s: exited with code 3',
        '● web     running  12875  1 s  41 MiB  0         up 3 h 2 min',
        '',
      ].join('\n'),
    });
  });

  test('fits a terminal, has colours and a summary there', async () => {
    const { ask } = await serve(new FakeEmperor(REPORT, WEB));
    const { out } = await ask(['ls'], { columns: 60 });
    expect(out).toContain('\u001b[32m●\u001b[0m');
    const lines = out.replace(/\u001b\[[\d;]*m/g, '').split('\n');
    for (const each of lines) expect(each.length).toBeLessThanOrEqual(60);
    expect(lines[1]).toContain('exited with code 3');
    expect(lines.at(-2)).toBe('2 vassals: 1 running, 1 backoff');
    expect((await ask(['ls'], { columns: 60, env: { NO_COLOR: '1' } })).out).toBe(lines.join('\n'));
  });

  test('--json is the very answer of the daemon: one line, or to be read on a terminal', async () => {
    const { ask, emperor } = await serve(new FakeEmperor(REPORT, WEB));
    const { out } = await ask(['ls', '--json']);
    expect(JSON.parse(out)).toEqual(emperor.vassals);
    expect(out).toBe(`${JSON.stringify(emperor.vassals)}\n`);
    const pretty = await ask(['ls', '--json'], { columns: 80 });
    expect(pretty.out).toBe(`${JSON.stringify(emperor.vassals, null, 2)}\n`);
  });

  test('what a vassal is called or says does not reach the terminal raw, in JSON neither', async () => {
    const evil = view({
      name: 'e\u009b2J',
      state: 'exited',
      lastExit: { ...CRASH, brief: 'a\u001b[2Jb\nc' },
    });
    const { ask } = await serve(new FakeEmperor(evil));
    const { out } = await ask(['ls']);
    expect(out).toContain('e\\x9b2J');
    expect(out).toContain('a\\x1b[2Jb\\nc');
    const json = (await ask(['ls', '--json'])).out;
    expect(json).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(JSON.parse(json)).toEqual([evil]);
  });

  test('at 80 columns: when it is tried again and why it ended, before what it uses', async () => {
    const place = { file: '/etc/tsjail/vassals/mail-of-customers.ini', line: 3, column: 1 };
    const lastExit = {
      ...CRASH,
      reason: 'setup',
      brief: 'chdir /srv/www/shop: no such file or directory',
      place,
    };
    const mail = view({
      ...NOTHING,
      name: 'mail-of-customers',
      state: 'backoff',
      lastExit,
      nextStart: NOW_SEC + 17,
    });
    const { ask } = await serve(new FakeEmperor(REPORT, mail));
    const { out } = await ask(['ls'], { columns: 80, env: { NO_COLOR: '1' } });
    expect(out).toContain('next in 4 s: exited with code 3\n');
    expect(out).toMatch(/line 3: chdir \/srv\/www\/shop: no such/);
    for (const each of out.split('\n')) expect(each.length).toBeLessThanOrEqual(80);
  });

  test('one that is not there is told and hides no other', async () => {
    const { ask } = await serve(new FakeEmperor(WEB, REPORT));
    const { code, out, err } = await ask(['ls', 'web', 'nosuch', 'reprot']);
    expect(code).toBe(4);
    expect(out).toContain('web');
    expect(err.split('\n')).toEqual([
      expect.stringContaining('nosuch'),
      expect.stringContaining('did you mean `report`?'),
      '',
    ]);
    expect(JSON.parse((await ask(['ls', 'web', 'nosuch', '--json'])).out)).toEqual([WEB]);
    expect((await ask(['ls', 'nosuch'])).out).toBe('');
  });

  test('no vassals is said, not shown as a table without rows', async () => {
    const { ask } = await serve();
    expect((await ask(['ls'])).out).toBe('no vassals\n');
    expect((await ask(['ls'], { columns: 80, env: { NO_COLOR: '1' } })).out).toBe('no vassals\n');
    expect((await ask(['status'])).out).toMatch(/^tsjail .*\n\nno vassals\n$/);
  });
});

describe('status', () => {
  test('of the daemon: who it is, and the table', async () => {
    const { ask, control } = await serve(new FakeEmperor(WEB));
    const { code, out } = await ask(['status']);
    expect(code).toBe(0);
    expect(out).toContain(`tsjail 1.2.3, pid ${process.pid}, ${control}\n1 vassal: 1 running\n\n  VASSAL`);
    expect(JSON.parse((await ask(['status', '--json'])).out)).toEqual({
      version: '1.2.3',
      schema: 1,
      pid: process.pid,
      reexecs: 0,
      vassals: [WEB],
    });
  });

  test('of a vassal: all that is known', async () => {
    const full: VassalView = view({
      generation: 4,
      uid: 0,
      gid: 4_000_000,
      restarts: 3,
      lastExit: CRASH,
      error: {
        file: '/etc/tsjail/vassals/web.ini',
        line: 2,
        column: 1,
        code: 'unknown-key',
        message: 'unknown key `comand`',
      },
      namespaces: { mnt: 1, net: 2, ipc: 3, uts: 4, pid: 5, user: 6, cgroup: 7, time: 8 },
      cgroup: '/sys/fs/cgroup/tsjail/vassals/web',
      sockets: ['unix:/run/web.sock'],
      attributes: { tier: 'gold', 'of who': 'a\u001b' },
    });
    const emperor = new FakeEmperor(full);
    emperor.problems = [
      {
        file: '/etc/tsjail/vassals/web.ini',
        line: 2,
        column: 1,
        endColumn: 7,
        severity: 'error',
        code: 'unknown-key',
        message: 'unknown key `comand`',
        suggestion: 'command',
        source: 'comand = x',
      },
    ];
    emperor.ring.push(line('listening on 80'), line('exited with code 3', { stream: 'tsjail' }));
    const { ask } = await serve(emperor);
    const { code, out } = await ask(['status', 'web']);
    expect(code).toBe(0);
    for (const text of [
      '! web running: up 3 h; new config invalid (line 2)\n',
      'source: /etc/tsjail/vassals/web.ini\n',
      'pid: 12875 (its init: 12874)\n',
      'user: 0 (root), group 4000000\n',
      'starts: 4 (3 restarts), stable\n',
      'set-up: 4.1 ms\n',
      'exited with code 3 after 12 ms\n',
      'namespaces: mnt 1, net 2, ipc 3, uts 4, pid 5, user 6, cgroup 7, time 8\n',
      'sockets: unix:/run/web.sock\n',
      'cgroup: /sys/fs/cgroup/tsjail/vassals/web\n',
      'uses: 41 MiB of memory, 1 s of CPU, 2 processes\n',
      'attributes: tier = gold, of who = a',
      'web.ini:2:1: error: unknown key `comand`; did you mean `command`?\n  2 | comand = x\n    | ^^^^^^\n',
      ' listening on 80\n',
      ' tsjail: exited with code 3\n',
    ])
      expect(out).toContain(text);
    expect(JSON.parse((await ask(['status', 'web', '--json'])).out)).toEqual({
      ...(await emperor.status('web')),
      problems: emperor.problems,
      lines: emperor.ring,
    });
  });

  test('namespaces that are not new are called those of the host', async () => {
    const ours = statSync('/proc/self/ns/user').ino;
    const namespaces = { mnt: 1, net: 2, ipc: 3, uts: 4, pid: 5, user: ours, cgroup: 7, time: 8 };
    const { ask } = await serve(new FakeEmperor(view({ namespaces })));
    expect((await ask(['status', 'web'])).out).toContain(
      'namespaces: mnt 1, net 2, ipc 3, uts 4, pid 5, cgroup 7, time 8; shared with the host: user\n',
    );
  });

  test('of several, and of all that one file makes; one that is not there hides no other', async () => {
    const pool = [view({ name: 'pool:1' }), view({ ...NOTHING, name: 'pool:2', state: 'stopped' })];
    const { ask } = await serve(new FakeEmperor(WEB, ...pool));
    const both = await ask(['status', 'pool']);
    expect(both.code).toBe(3);
    expect(both.out).toMatch(/^● pool:1 running[\s\S]*\n\n○ pool:2 stopped/);
    const some = await ask(['status', 'web', 'nosuch', 'pool:1']);
    expect(some.code).toBe(4);
    expect(some.err).toBe('tsjail: no such vassal: nosuch\n');
    expect(some.out).toMatch(/● web running[\s\S]*● pool:1 running/);
    const parsed = JSON.parse((await ask(['status', 'pool', '--json'])).out) as VassalView[];
    expect(parsed.map(({ name }) => name)).toEqual(['pool:1', 'pool:2']);
  });

  test('on a terminal it keeps within its width, in local time, and says once what comes again', async () => {
    const exits = [5, 4, 3, 2].map((ago) => ({ ...CRASH, at: NOW_SEC - ago })).reverse();
    const other = { ...CRASH, at: NOW_SEC - 6, brief: 'killed by SIGSEGV', message: 'killed by SIGSEGV' };
    const namespaces = {
      mnt: 1e9,
      net: 2e9,
      ipc: 3e9,
      uts: 4e9,
      pid: 5e9,
      user: 6e9,
      cgroup: 7e9,
      time: 8e9,
    };
    const emperor = new FakeEmperor(view({ namespaces, lastExit: exits[0] ?? null }));
    emperor.detail = { exits: [...exits, other] };
    const { ask } = await serve(emperor);
    const { out } = await ask(['status', 'web'], { columns: 60, env: { NO_COLOR: '1' } });
    expect(out).toContain('namespaces: mnt 1000000000, net 2000000000,\n              ipc 3000000000, uts');
    for (const each of out.split('\n\n')[0]?.split('\n') ?? []) expect(each.length).toBeLessThanOrEqual(60);
    const local = new Date((NOW_SEC - 3) * 1000).toTimeString().slice(0, 8);
    expect(out).toMatch(
      new RegExp(`${local} exited with code 3.*\\(3 times since .*\\)\\n.* killed by SIGSEGV\\n`),
    );
  });

  test.each([
    ['running', 0],
    ['reloading', 0],
    ['starting', 3],
    ['backoff', 3],
    ['stopped', 3],
    ['invalid', 3],
  ] as const)('%s ends with %i', async (state, expected) => {
    const { ask } = await serve(new FakeEmperor(view({ ...NOTHING, state })));
    expect((await ask(['status', 'web'])).code).toBe(expected);
    expect((await ask(['status', 'web', '--json'])).code).toBe(expected);
  });

  test.each([
    ['wbe', '; did you mean `web`?'],
    ['web.ini', '; did you mean `web`?'],
    ['/etc/tsjail/vassals/web.ini', '; did you mean `web`?'],
    ['nothing-like-it', ''],
    ['e\u001b[2J', ''],
  ])('no such vassal: %s', async (name, hint) => {
    const { ask } = await serve(new FakeEmperor(WEB));
    const { code, out, err } = await ask(['status', name]);
    expect([code, out]).toEqual([4, '']);
    expect(err).toBe(`tsjail: no such vassal: ${name.replace('\u001b', '\\x1b')}${hint}\n`);
  });
});

describe('start, stop, restart, reload', () => {
  test.each(['start', 'stop', 'restart', 'reload'])('%s tells the result of each, once', async (verb) => {
    const { ask, emperor } = await serve(new FakeEmperor(WEB, REPORT));
    const { code, out, err } = await ask([verb, 'web', 'report', 'web']);
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n').sort()).toEqual(['', `report: ${verb} done`, `web: ${verb} done`]);
    expect([...emperor.asked].sort()).toEqual([`${verb} report`, `${verb} web`]);
  });

  test('who waits at a terminal is told what for', async () => {
    const slow = view({ state: 'starting', waitingFor: 'READY=1 on NOTIFY_SOCKET', since: NOW_SEC - 1 });
    const { ask, emperor } = await serve(new FakeEmperor(slow));
    const said = new CapturedOutput(80);
    emperor.act = async (_verb, name) => {
      await until('it is told', () => said.text !== '');
      return { name, ok: true, state: 'running', message: 'running' };
    };
    const { out, err } = await ask(['start', 'web'], { columns: 80, env: { NO_COLOR: '1' }, err: said });
    expect(out).toBe('web: running\n');
    expect(err).toBe('web: starting, waiting for READY=1 on NOTIFY_SOCKET, 1 s\n');
  });

  test('--all is every vassal there is', async () => {
    const { ask, emperor } = await serve(new FakeEmperor(WEB, REPORT));
    expect((await ask(['stop', '--all'])).code).toBe(0);
    expect([...emperor.asked].sort()).toEqual(['stop report', 'stop web']);
    emperor.vassals.length = 0;
    expect(await ask(['stop', '--all'])).toEqual({ code: 0, out: '', err: '' });
  });

  test('the worst result is the exit code, and hides no other', async () => {
    const { ask, emperor } = await serve(new FakeEmperor(WEB, REPORT));
    emperor.results.set('report', {
      name: 'report',
      ok: false,
      state: 'backoff',
      message: 'exited with code 3',
    });
    expect(await ask(['start', 'report'])).toEqual({ code: 1, out: '', err: 'report: exited with code 3\n' });
    expect(await ask(['start', 'report', 'web'])).toEqual({
      code: 1,
      out: 'web: start done\n',
      err: 'report: exited with code 3\n',
    });
    const { code, out, err } = await ask(['start', 'nobody', 'web', 'report']);
    expect([code, out]).toEqual([4, 'web: start done\n']);
    expect(err).toContain('tsjail: no such vassal: nobody\n');
    expect((await ask(['start', 'nobody'])).code).toBe(4);
  });

  test('what is stopped cannot be reloaded: not running', async () => {
    const { ask, emperor } = await serve(new FakeEmperor(WEB));
    emperor.results.set('web', {
      name: 'web',
      ok: false,
      state: 'stopped',
      message: 'not running: it was stopped',
    });
    expect((await ask(['reload', 'web'])).code).toBe(3);
  });

  test('an error inside the daemon is a failure', async () => {
    const { ask, emperor } = await serve(new FakeEmperor(WEB));
    emperor.results.set('web', new Error('EIO: cgroup'));
    expect(await ask(['stop', 'web'])).toEqual({ code: 1, out: '', err: 'tsjail: EIO: cgroup\n' });
  });
});

describe('several at a time', () => {
  const NAMES = ['a', 'b', 'c', 'd', 'e'];
  const many = () => new FakeEmperor(...NAMES.map((name) => view({ name })));
  const failing = (name: string, state: VassalState = 'backoff') =>
    [name, { name, ok: false, state, message: 'exited with code 3' }] as const;

  /** How many there were at most at a time, and in which order they began. */
  async function watched(emperor: FakeEmperor, argv: readonly string[]) {
    const act = emperor.act.bind(emperor);
    let now = 0;
    let most = 0;
    emperor.act = async (verb, name) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      now--;
      return act(verb, name);
    };
    const { ask } = await serve(emperor);
    return { ...(await ask(argv)), most, asked: emperor.asked.map((each) => each.split(' ')[1]) };
  }

  test.each([
    [['reload', '--all'], 2],
    [['restart', '--all'], 2],
    [['reload', 'a', 'b', 'c', 'd', 'e'], 2],
    [['reload', '--all', '--parallel', '1'], 1],
    [['reload', '--all', '--parallel=4'], 4],
    [['start', '--all'], 5],
    [['stop', '--all', '--parallel=3'], 3],
  ])('%j: %d', async (argv, expected) => {
    const { code, most, asked, out } = await watched(many(), argv);
    expect([code, most]).toEqual([0, expected]);
    expect([...asked].sort()).toEqual(NAMES);
    expect(out).not.toContain('[');
  });

  test('the first that does not come back ends it: who it was, and who is left', async () => {
    const emperor = many();
    emperor.results.set(...failing('b'));
    const { ask } = await serve(emperor);
    expect(await ask(['reload', '--all', '--parallel', '1'])).toEqual({
      code: 1,
      out: 'a: reload done\n',
      err: 'b: exited with code 3\ntsjail: b did not come back; 3 vassals left as they are: c, d, e (--keep-going goes on)\n',
    });
    expect(emperor.asked).toEqual(['reload a', 'reload b']);
    const onward = await ask(['reload', '--all', '--parallel', '1', '--keep-going']);
    expect([onward.code, onward.err]).toEqual([1, 'b: exited with code 3\n']);
    expect(onward.out).toContain('e: reload done');
  });

  test('one that was down before ends nothing, nor one that is not there', async () => {
    const emperor = many();
    emperor.vassals[1] = view({ name: 'b', state: 'invalid' });
    emperor.results.set(...failing('b', 'invalid'));
    const { ask } = await serve(emperor);
    const { code, out } = await ask(['restart', 'b', 'nobody', 'c', 'd', '--parallel=1']);
    expect([code, out]).toEqual([4, 'c: restart done\nd: restart done\n']);
  });

  test.each(['stopped', 'exited'] as const)(
    '--all leaves alone who is %s, but for start and stop',
    async (state) => {
      const emperor = many();
      emperor.vassals[0] = view({ name: 'a', state });
      const { ask } = await serve(emperor);
      await ask(['reload', '--all']);
      expect(emperor.asked).not.toContain('reload a');
      await ask(['start', '--all']);
      expect(emperor.asked).toContain('start a');
    },
  );

  test('in the order that they start in, and the other way round to stop', async () => {
    const emperor = () =>
      new FakeEmperor(
        view({ name: 'a', after: ['b'] }),
        view({ name: 'b', after: ['c', 'elsewhere'] }),
        view({ name: 'c:1' }),
        view({ name: 'c:2' }),
      );
    expect((await watched(emperor(), ['reload', '--all', '--parallel=9'])).asked).toEqual([
      'c:1',
      'c:2',
      'b',
      'a',
    ]);
    expect((await watched(emperor(), ['start', '--all'])).asked).toEqual(['c:1', 'c:2', 'b', 'a']);
    expect((await watched(emperor(), ['stop', '--all'])).asked).toEqual(['a', 'b', 'c:1', 'c:2']);
  });

  test('the name of a file means all that are made of it', async () => {
    const instances = new FakeEmperor(...['web:1', 'web:2', 'web:x', 'api'].map((name) => view({ name })));
    const { ask } = await serve(instances);
    expect((await ask(['stop', 'web'])).code).toBe(0);
    expect([...instances.asked].sort()).toEqual(['stop web:1', 'stop web:2']);
    instances.asked.length = 0;
    expect((await ask(['reload', 'web', 'api', 'web:1'])).code).toBe(0);
    expect([...instances.asked].sort()).toEqual(['reload api', 'reload web:1', 'reload web:2']);
    expect(await ask(['stop', 'nobody'])).toMatchObject({ code: 4 });
  });

  test('how far it is, on a terminal', async () => {
    const { ask } = await serve(many());
    const { out } = await ask(['reload', 'a', 'b', '--parallel=1'], { columns: 80 });
    expect(out).toBe('[1/2] a: reload done\n[2/2] b: reload done\n');
    expect((await ask(['reload', 'a'], { columns: 80 })).out).toBe('a: reload done\n');
  });

  test('--json: one object a line, those left too', async () => {
    const emperor = many();
    emperor.results.set(...failing('a'));
    const { ask } = await serve(emperor);
    const { code, out } = await ask(['reload', 'a', 'b', '--parallel=1', '--json']);
    expect(code).toBe(1);
    expect(
      out
        .trim()
        .split('\n')
        .map((each) => JSON.parse(each)),
    ).toEqual([
      { name: 'a', ok: false, state: 'backoff', message: 'exited with code 3' },
      { name: 'b', ok: false, state: 'running', message: 'left as it is: a did not come back' },
    ]);
  });

  test.each(['0', '-1', 'x', '1.5'])('--parallel=%s is none', async (number) => {
    const { ask } = await serve(many());
    expect((await ask(['reload', '--all', `--parallel=${number}`])).code).toBe(2);
  });
});

describe('logs', () => {
  test('are the lines themselves; those of tsjail are marked', async () => {
    const { ask, emperor } = await serve(new FakeEmperor(WEB));
    emperor.ring.push(
      line('one'),
      line('two\u001b[2J'),
      line('exited with code 3', { stream: 'tsjail', seq: 1000 }),
    );
    expect(await ask(['logs', 'web'])).toEqual({
      code: 0,
      out: 'one\ntwo\\x1b[2J\ntsjail: exited with code 3\n',
      err: '',
    });
    expect((await ask(['logs', 'web', '-n', '1'])).out).toBe('tsjail: exited with code 3\n');
    expect((await ask(['logs', 'web', '-n1', '--json'])).out).toBe(`${JSON.stringify(emperor.ring[2])}\n`);
    expect((await ask(['logs', 'nobody'])).code).toBe(4);
  });

  test('of all that one file makes, by its name', async () => {
    const { ask, emperor } = await serve(new FakeEmperor(view({ name: 'pool:1' }), view({ name: 'pool:2' })));
    emperor.logs = (name) => (name === 'pool' ? undefined : [line(`of ${name}`, { vassal: name })]);
    expect((await ask(['logs', 'pool'])).out).toBe('pool:1 | of pool:1\npool:2 | of pool:2\n');
    const entering = await ask(['enter', 'pool']);
    expect([entering.code, entering.err]).toEqual([
      4,
      'tsjail: no such vassal: pool; there are pool:1, pool:2\n',
    ]);
  });

  test('times are local on a terminal, and for all the world elsewhere', async () => {
    const { ask, emperor } = await serve(new FakeEmperor(WEB));
    emperor.ring.push(line('one', { at: NOW_SEC + 0.25 }));
    const there = (await ask(['logs', 'web', '-t'], { columns: 80, env: { NO_COLOR: '1' } })).out;
    const local = new Date(NOW_SEC * 1000).toTimeString().slice(0, 8);
    expect(there).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\d ${local}\\.250 one\n$`));
    const file = (await ask(['logs', 'web', '-t'])).out;
    expect(file).toBe(`${new Date(NOW_SEC * 1000 + 250).toISOString()} one\n`);
  });

  test('of several vassals are in the order of time', async () => {
    const { ask, emperor } = await serve(new FakeEmperor(WEB, REPORT));
    const lines = [
      line('first', { at: 1 }),
      line('second', { at: 2, vassal: 'report' }),
      line('third', { at: 3 }),
    ];
    emperor.logs = (name) => lines.filter(({ vassal }) => vassal === name);
    expect((await ask(['logs', 'web', 'report'])).out).toBe(
      'web    | first\nreport | second\nweb    | third\n',
    );
  });

  test('of all, with times; since when; both is too much', async () => {
    const { ask, emperor } = await serve(new FakeEmperor(WEB, REPORT));
    const lines = [
      line('a', { at: NOW_SEC - 120, seq: 1 }),
      line('b', { at: NOW_SEC - 30, seq: 2, vassal: 'report' }),
      line('c', { at: NOW_SEC, seq: 3 }),
    ];
    emperor.logs = (name) => lines.filter(({ vassal }) => vassal === name);
    expect((await ask(['logs', '--all', '-n', '2'])).out).toBe('report | b\nweb    | c\n');
    expect((await ask(['logs', '--all', '-t', '--since', '1m'])).out).toBe(
      '2026-11-24T05:59:30.000Z report | b\n2026-11-24T06:00:00.000Z web    | c\n',
    );
    expect((await ask(['logs', '--all', 'web'])).code).toBe(2);
    expect((await ask(['logs', 'web', '--since', 'x'])).code).toBe(2);
  });

  test('each vassal has a colour of its own', async () => {
    const { ask, emperor } = await serve(new FakeEmperor(WEB, REPORT));
    const lines = [line('a', { seq: 1 }), line('b', { seq: 2, vassal: 'report' })];
    emperor.logs = (name) => lines.filter(({ vassal }) => vassal === name);
    const { out } = await ask(['logs', 'web', 'report'], { columns: 80 });
    expect(out).toBe('\u001b[36mweb\u001b[0m    | a\n\u001b[35mreport\u001b[0m | b\n');
  });

  test('-f of all hears those that come later', async () => {
    const { ask, emperor } = await serve(new FakeEmperor(WEB));
    const out = new CapturedOutput();
    const following = ask(['logs', '-f', '--all'], { out });
    await until('a listener', () => emperor.listeners === 2);
    emperor.vassals.push(REPORT);
    emperor.happen({ event: 'added', vassal: 'report' });
    expect(emperor.listeners).toBe(3);
    emperor.say(line('hello', { seq: 10_000, vassal: 'report' }));
    await until('the line', () => out.text !== '');
    expect(out.text).toBe('report | hello\n');
    out.closed = true;
    emperor.say(line('bye', { seq: 10_001 }));
    expect((await following).code).toBe(141);
  });

  test('-f goes on where it was when another daemon has the socket: no line twice, none lost', async () => {
    const first = await serve(new FakeEmperor(WEB));
    first.emperor.ring.push(line('one', { seq: 20_001 }));
    const out = new CapturedOutput();
    const following = first.ask(['logs', '-f', 'web'], { out });
    await until('the first line', () => out.text === 'one\n');
    await first.close();
    const second = new FakeEmperor(WEB);
    second.ring.push(line('one', { seq: 20_001 }), line('between', { seq: 20_002 }));
    await serve(second, undefined, first.control);
    await until('the line between', () => out.text === 'one\nbetween\n');
    second.say(line('new', { seq: 20_003 }));
    second.happen({ event: 'removed' });
    expect(await following).toEqual({
      code: 0,
      out: 'one\nbetween\nnew\n',
      err: 'tsjail: web was removed\n',
    });
  });

  test('-f goes on until the vassal is removed', async () => {
    const { ask, emperor } = await serve(new FakeEmperor(WEB));
    emperor.ring.push(line('old'));
    const out = new CapturedOutput();
    const following = ask(['logs', '-f', 'web'], { out });
    await until('the old line', () => out.text === 'old\n');
    emperor.say(line('new', { seq: 30_000 }));
    emperor.happen({ event: 'removed' });
    expect(await following).toEqual({ code: 0, out: 'old\nnew\n', err: 'tsjail: web was removed\n' });
  });

  test('-f ends quietly when nobody reads any more', async () => {
    const { ask, emperor } = await serve(new FakeEmperor(WEB));
    emperor.ring.push(line('old'));
    const out = new CapturedOutput();
    const following = ask(['logs', '-f', 'web'], { out });
    await until('the old line', () => out.text === 'old\n');
    out.closed = true;
    emperor.say(line('new', { seq: 30_000 }));
    expect(await following).toEqual({ code: 141, out: 'old\n', err: '' });
    await until('the daemon knows', () => emperor.listeners === 0);
  });

  test('-f says when the daemon went away', async () => {
    const { ask, emperor, control, close } = await serve(new FakeEmperor(WEB));
    const following = ask(['logs', '-f', 'web']);
    await until('a listener', () => emperor.listeners > 0);
    await close();
    expect(await following).toEqual({ code: 7, out: '', err: `tsjail: ${control}: the daemon went away\n` });
  });
});

describe('events', () => {
  test('one line each, for people and for programs', async () => {
    const { ask, emperor, close } = await serve(new FakeEmperor(WEB));
    const people = new CapturedOutput();
    const programs = new CapturedOutput();
    const running = [ask(['events'], { out: people }), ask(['events', '--json'], { out: programs })];
    await until('two listeners', () => emperor.listeners === 2);
    emperor.happen({ event: 'exit', state: 'backoff', message: 'exited with code 3\u001b[2J' });
    await until('both', () => people.text !== '' && programs.text !== '');
    expect(people.text).toBe('2026-11-24T06:00:00.000Z  web           exit     exited with code 3\\x1b[2J\n');
    expect(JSON.parse(programs.text)).toMatchObject({ vassal: 'web', event: 'exit', state: 'backoff' });
    await close();
    expect((await Promise.all(running)).map(({ code }) => code)).toEqual([7, 7]);
  });

  test('a name that nobody has is told, and waited for', async () => {
    const { ask, emperor, close } = await serve(new FakeEmperor(WEB));
    const out = new CapturedOutput();
    const running = ask(['events', 'wbe'], { out });
    await until('a listener', () => emperor.listeners === 1);
    emperor.happen({ vassal: 'wbe' });
    await until('the event', () => out.text !== '');
    await close();
    expect((await running).err).toMatch(
      /^tsjail: no such vassal: wbe; did you mean `web`\? \(waiting for it\)\n/,
    );
  });

  test('at a terminal the time is short', async () => {
    const { ask, emperor, close } = await serve(new FakeEmperor(WEB));
    const out = new CapturedOutput(80);
    const running = ask(['events', '--color=never'], { out });
    await until('a listener', () => emperor.listeners === 1);
    emperor.happen();
    await until('the event', () => out.text !== '');
    expect(out.text).toMatch(/^\d\d:\d\d:\d\d {2}web/);
    await close();
    await running;
  });
});

describe('version', () => {
  test('of both', async () => {
    const { ask, control } = await serve();
    const { code, out } = await ask(['version']);
    expect(code).toBe(0);
    expect(out).toMatch(/^tsjail \d+\.\d+\.\d+\S*\ndaemon 1\.2\.3, pid \d+, /);
    expect(out).toContain(control);
    expect(JSON.parse((await ask(['version', '--json'])).out)).toEqual({
      version: expect.any(String),
      schema: 1,
      daemon: { version: '1.2.3', schema: 1, pid: process.pid, reexecs: 0 },
    });
  });

  test('of the program alone where no daemon answers: no failure', async () => {
    const control = join(tempDirectory(), 'none.sock');
    const { code, out, err } = await tsjail(['version', '--control', control]);
    expect([code, out.split('\n').length, err]).toEqual([0, 2, '']);
    const json = await tsjail(['version', '--json', '--control', control]);
    expect(JSON.parse(json.out).daemon).toBeNull();
  });
});

describe('the control socket', () => {
  const COMMANDS = [
    ['ls'],
    ['status'],
    ['status', 'web'],
    ['start', 'web'],
    ['stop', '--all'],
    ['logs', 'web'],
    ['logs', '-f', 'web'],
    ['events'],
  ];

  test.each(COMMANDS)('nobody there: %s %s %s', async (...words) => {
    const control = join(tempDirectory(), 'none.sock');
    expect(await tsjail([...words, '--control', control])).toEqual({
      code: 7,
      out: '',
      err: `tsjail: no tsjail listens on ${control}: start one with tsjail emperor, or name its socket with --control\n`,
    });
  });

  test.each(COMMANDS)('not permitted: %s %s %s', async (...words) => {
    const { ask } = await serve(new FakeEmperor(WEB), (process.getuid?.() ?? 0) + 12_345);
    const { code, out, err } = await ask(words);
    expect([code, out]).toEqual([5, '']);
    expect(err).toBe('tsjail: only root and the user of the daemon may use the control socket\n');
  });

  test('TSJAIL_CONTROL says where it is, --control wins', async () => {
    const { control } = await serve(new FakeEmperor(WEB));
    expect((await tsjail(['ls'], { env: { TSJAIL_CONTROL: control } })).code).toBe(0);
    expect((await tsjail(['ls', '--control', control], { env: { TSJAIL_CONTROL: '/none' } })).code).toBe(0);
    expect((await tsjail(['ls', '--control', '/none'], { env: { TSJAIL_CONTROL: control } })).code).toBe(7);
  });

  test('something else behind it is told as such', async () => {
    const control = join(tempDirectory(), 'other.sock');
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello');
    });
    await new Promise<void>((resolve) => server.listen(control, resolve));
    onTestFinished(() => void server.close());
    const { code, err } = await tsjail(['ls', '--control', control]);
    expect([code, err]).toEqual([1, 'tsjail: not an answer of tsjail (status 200)\n']);
  });
});
