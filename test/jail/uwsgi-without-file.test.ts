// uWSGI vassals whose text comes from somewhere that has no files, by the Emperor as it is; and uWSGI that is called on demand.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { NO_ANSWERS } from '../../src/config/host.ts';
import { NO_DEFAULTS, parseVassal } from '../../src/config/vassal.ts';
import { Emperor } from '../../src/emperor/emperor.ts';
import { type Engine, openEngine } from '../../src/emperor/engine.ts';
import { StartGate } from '../../src/emperor/gate.ts';
import { hostFacts } from '../../src/emperor/host.ts';
import { loadVassal } from '../../src/emperor/load.ts';
import { Run } from '../../src/emperor/run.ts';
import type { ConfigText, MonitorListener } from '../../src/monitors/monitor.ts';
import type { VassalOutput } from '../../src/output/line.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { describeWith } from '../helpers/need-program.ts';
import { silentOutput } from '../helpers/silent-output.ts';
import { until } from '../helpers/until.ts';
import { get, UwsgiApp } from '../helpers/uwsgi.ts';
import { located } from '../helpers/vassal-config.ts';

const CONTEXT = { environment: { PATH: process.env.PATH }, uid: 0, terminal: false };

let engine: Engine | undefined;
afterAll(() => engine?.close());

function output(lines: string[]): VassalOutput {
  return silentOutput((chunk) => lines.push(chunk));
}

/** An Emperor of one source, which is the test. */
async function emperorOf(lines: string[]): Promise<{ emperor: Emperor; tell: MonitorListener }> {
  engine ??= openEngine();
  const emperor = new Emperor({
    version: '0',
    uid: 0,
    defaults: NO_DEFAULTS,
    waits: () => false,
    load: (text, defaults) => loadVassal(text, defaults, hostFacts(), CONTEXT),
    vassal: {
      ...engine,
      gate: new StartGate(8),
      output: () => output(lines),
      log: (_level, _name, message) => void lines.push(`${message}\n`),
    },
  });
  const rest = { source: 'db', rescan: async () => {}, depend: () => {}, stop: async () => {} };
  const tell = await new Promise<MonitorListener>((resolve) => {
    const start = async (listener: MonitorListener) => resolve(listener);
    void emperor.govern(['db'], () => ({ ...rest, start }));
  });
  onTestFinished(() => emperor.abdicate());
  return { emperor, tell };
}

let version = 0;
function row(text: string): ConfigText {
  const made = { name: 'web', path: 'db://web', directory: '/tmp', text, version: String(++version) };
  return { ...made, identity: 'db:web', target: '', modified: 0, uid: 0, gid: 0, changed: 'db://web' };
}

/** Listens at `path` and hands that over: nobody else may accept. */
const LISTENER = `
import socket, sys
listener = socket.socket(socket.AF_UNIX); listener.bind(sys.argv[1]); listener.listen(100)
control = socket.socket(socket.AF_UNIX); control.bind(sys.argv[2]); control.listen(1); print('up', flush=True)
socket.send_fds(control.accept()[0], [b'x'], [listener.fileno()])
`;

async function listenerAt(path: string, native: Engine['native']): Promise<number> {
  const python = spawn('python3', ['-c', LISTENER, path, `${path}.control`]);
  await once(python.stdout, 'data');
  const control = native.connectUnix(`${path}.control`);
  const { fd } = await until('a listening socket', () => native.receiveTrusted(control) ?? undefined);
  native.close(control);
  onTestFinished(() => native.close(fd));
  return fd;
}

describeWith('uwsgi_python3', 'uWSGI without a file', () => {
  test('gets its text by a pipe: at the start, and a new one when it reloads', async () => {
    const app = new UwsgiApp();
    const lines: string[] = [];
    const { emperor, tell } = await emperorOf(lines);
    tell.changed(row(app.ini()));
    await until('it serves', async () => (await emperor.status('web'))?.ready);
    const before = await emperor.status('web');
    expect(await app.ask()).toMatchObject({ version: 'one' });
    app.version('two');
    // Larger than what a socket takes at once on some machines.
    tell.changed(row(`${app.ini(['processes = 2'])};${'x'.repeat(64_000)}\n`));
    await until('version two', async () => (await app.ask()).version === 'two');
    await until('a second worker', () => lines.join('').includes('spawned uWSGI worker 2'));
    tell.changed(row(app.ini(['processes = 3'])));
    await until('a third worker', () => lines.join('').includes('spawned uWSGI worker 3'));
    const { pid, generation } = (await emperor.status('web')) ?? {};
    expect({ pid, generation }).toEqual({ pid: before?.pid, generation: 1 });
    tell.removed('web', 'db://web');
    await until('it is gone', async () => (await emperor.status('web')) === undefined);
    expect(lines.join('')).toMatch(/exited with code 0/);
  });
});

describeWith('uwsgi_python3', 'uWSGI on demand', () => {
  test('finds its socket at descriptor 0, also after a reload', async () => {
    engine ??= openEngine();
    const app = new UwsgiApp();
    const path = join(app.directory, 'web.ini');
    const text = app.ini(['protocol = http']).replace(/^http-socket.*\n/m, '');
    const parsed = parseVassal({ name: 'web', path, directory: app.directory, text }, NO_DEFAULTS, {
      ...hostFacts(),
      ...NO_ANSWERS,
      file: () => ({ failure: 'ENOENT' }),
    });
    if (parsed.config === undefined) throw new Error(JSON.stringify(parsed.problems));
    writeFileSync(path, text);
    const socket = join(app.directory, 'called.sock');
    const address = { kind: 'unix', path: socket } as const;
    const spec = { address, name: socket, backlog: 100, mode: undefined, uid: undefined, gid: undefined };
    const config = { ...parsed.config, onDemand: true, sockets: [located(spec)] };
    const planned = { config, plan: buildPlan(config, CONTEXT), identity: '' };
    const fd = await listenerAt(socket, engine.native);
    const lines: string[] = [];
    const said: string[] = [];
    let message = '';
    const groups = engine.groupsOf('web');
    const run = new Run(
      planned,
      process.hrtime.bigint(),
      output(lines),
      groups,
      {
        waiting: () => {},
        started: () => void said.push('started'),
        trouble: (error) => void lines.push(error.message),
        hookFailed: () => {},
        ready: () => {},
        notify: () => {},
        isAwaited: () => false,
        said: (what) => void said.push(what),
        unheard: () => {},
        warned: () => {},
        ended: (exit) => {
          message = exit.message;
        },
      },
      { open: async () => [fd], isEmpty: false },
    );
    run.launch(engine);
    await until('it is ready', () => said.includes('ready'));
    expect(await get(socket, '/')).toMatch(/^one 0/);
    app.version('two');
    run.reloadAs(planned);
    await until('version two', async () => (await get(socket, '/')).startsWith('two'));
    expect(said.filter((what) => what === 'started')).toHaveLength(1);
    run.askToEnd('stop');
    expect(await until('its end', () => message || undefined)).toMatch(/^exited with code 0/);
    await groups.takeDown();
  });
});
