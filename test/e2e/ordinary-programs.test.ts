// Servers as Debian packs them, with Debian's own configuration, in jails whose files say nothing of a profile: each starts,
// answers, reloads, and stops when it is told to.
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { UserFiles } from '../../src/system/users.ts';
import { tsjail } from '../helpers/cli.ts';
import { emperor, type TestEmperor } from '../helpers/emperor.ts';
import { describeWith } from '../helpers/need-program.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';
import { UwsgiApp } from '../helpers/uwsgi.ts';

const JAIL = 'clone = fs,net,ipc,uts,pid';
const run = promisify(execFile);

interface Program {
  readonly text: string;
  /** What it answers, and throws while nobody does. */
  ask(daemon: TestEmperor): Promise<string>;
  readonly answer: RegExp;
}

const vassal = (...lines: string[]) => ['[vassal]', JAIL, ...lines, ''].join('\n');

/** Where everybody comes in. */
function place(): string {
  const directory = tempDirectory();
  chmodSync(directory, 0o755);
  return directory;
}

async function lives({ text, ask, answer }: Program): Promise<void> {
  const daemon = await emperor({ files: { 'web.ini': text } });
  chmodSync(daemon.root, 0o755);
  const { profile } = (await daemon.call('GET', '/v1/vassals/web')).body as { profile: { name: string } };
  expect(profile.name).toBe('container');
  const served = (what: string) =>
    until(
      what,
      async () => {
        const view = await daemon.view('web');
        // What has ended says why.
        if (view?.lastExit && view.restarts > 2) throw new Error(daemon.output);
        return answer.test(await ask(daemon).catch(String));
      },
      20_000,
    );
  await served('an answer');
  expect((await daemon.act('reload', 'web')).status).toBe(200);
  await served('an answer after the reload');
  await daemon.act('stop', 'web');
  expect(await daemon.view('web')).toMatchObject({
    state: 'stopped',
    lastExit: { code: 0, reason: 'success' },
  });
}

/** The body of what a server on a unix socket answers. */
function overHttp(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: '/' }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve(text));
    });
    call.on('error', reject);
    call.end();
  });
}

/** One request of FastCGI, and all that comes back. */
function overFastCgi(path: string, variables: Readonly<Record<string, string>>): Promise<string> {
  const record = (type: number, content: Buffer) =>
    Buffer.concat([Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]), content]);
  const pairs = Object.entries(variables).map(([name, value]) =>
    Buffer.concat([Buffer.from([name.length, value.length]), Buffer.from(name + value)]),
  );
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
    socket.write(
      Buffer.concat([
        record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])),
        record(4, Buffer.concat(pairs)),
        record(4, Buffer.alloc(0)),
        record(5, Buffer.alloc(0)),
      ]),
    );
  });
}

describeWith('nginx', 'nginx', () => {
  test('a master that is root, workers that are not', async () => {
    // It has a port of its own network: who asks goes in.
    const script = 'import urllib.request as r; print(r.urlopen("http://127.0.0.1/").read().decode())';
    await lives({
      text: vassal(
        'command = /usr/sbin/nginx -g "daemon off;"',
        ...['tmpfs = /var/log/nginx', 'tmpfs = /var/lib/nginx'],
        ...['reload = signal:HUP', 'stop-signal = QUIT'],
      ),
      ask: async ({ control }) =>
        (await tsjail(['enter', 'web', '--control', control, '--', 'python3', '-c', script])).stdout,
      answer: /nginx/,
    });
  });
});

describeWith('php-fpm8.2', 'PHP-FPM', () => {
  test('a master that is root, and a pool that is not', async () => {
    const directory = place();
    mkdirSync(join(directory, 'run'));
    writeFileSync(join(directory, 'who.php'), '<?php echo "php ", posix_getuid();');
    await lives({
      text: vassal(
        'command = /usr/sbin/php-fpm8.2 --nodaemonize --fpm-config /etc/php/8.2/fpm/php-fpm.conf',
        ...[`bind = ${directory}/run:/run/php`, 'tmpfs = /var/log'],
        ...['reload = signal:USR2', 'stop-signal = QUIT'],
      ),
      ask: () =>
        overFastCgi(join(directory, 'run/php8.2-fpm.sock'), {
          SCRIPT_FILENAME: join(directory, 'who.php'),
          REQUEST_METHOD: 'GET',
        }),
      answer: /php 33/,
    });
  });
});

describeWith('postgres', 'PostgreSQL', () => {
  test('makes a cluster, and answers a query', async () => {
    const directory = place();
    const user = new UserFiles().userByName('postgres');
    chownSync(directory, user?.uid ?? -1, user?.gid ?? -1);
    const bin = '/usr/lib/postgresql/15/bin';
    const make = `test -d ${directory}/data || ${bin}/initdb --no-sync -A trust -D ${directory}/data`;
    const serve = `exec ${bin}/postgres -D ${directory}/data -k ${directory} -c listen_addresses=`;
    await lives({
      text: vassal(
        `command = sh -c "${make}; ${serve}"`,
        ...['uid = postgres', 'reload = signal:HUP', 'stop-signal = INT'],
      ),
      ask: async () => {
        const words = ['-h', directory, '-U', 'postgres', '-Atc', 'select 6*7 as answer'];
        return (await run('psql', words)).stdout;
      },
      answer: /^42$/m,
    });
  });
});

describeRoot('Node', () => {
  test('serves, with a thread and a child', async () => {
    const directory = place();
    writeFileSync(
      join(directory, 'web.mjs'),
      `import { createServer } from 'node:http';
import { execFileSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { rmSync } from 'node:fs';
const path = process.argv[2];
rmSync(path, { force: true });
const thread = () => new Promise((done) =>
  new Worker('require("node:worker_threads").parentPort.postMessage(6 * 7)', { eval: true }).once('message', done));
const server = createServer(async (_, answer) =>
  answer.end('node ' + (await thread()) + ' ' + execFileSync('echo', ['child'])));
server.listen(path);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
process.on('SIGTERM', () => server.closeAllConnections());
`,
    );
    const socket = join(directory, 'web.sock');
    await lives({
      text: vassal(`command = node ${directory}/web.mjs ${socket}`),
      ask: () => overHttp(socket),
      answer: /^node 42 child$/m,
    });
  });
});

describeRoot('Python', () => {
  test('threads, processes, semaphores and SQLite', async () => {
    const directory = place();
    writeFileSync(
      join(directory, 'web.py'),
      `import multiprocessing, os, signal, sqlite3, sys, threading
import socketserver
from http.server import BaseHTTPRequestHandler
directory = sys.argv[1]
def double(number): return 2 * number
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        base = sqlite3.connect(directory + '/base.db')
        base.execute('create table if not exists t (n)')
        base.execute('insert into t values (?)', (sum(pool.map(double, range(4))),))
        base.commit()
        rows = base.execute('select max(n) from t').fetchone()[0]
        self.send_response(200); self.end_headers()
        self.wfile.write(b'python %d %d' % (rows, threading.active_count()))
    def log_message(self, *_): pass
if __name__ == '__main__':
    path = directory + '/web.sock'
    if os.path.exists(path): os.unlink(path)
    # A fork of a program that has threads already may wait for ever for one of them.
    pool = multiprocessing.Pool(2)
    server = socketserver.UnixStreamServer(path, Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,)).start()
    signal.signal(signal.SIGTERM, lambda *_: server.shutdown())
    signal.pause()
    pool.close()
    pool.join()
`,
    );
    await lives({
      text: vassal(`command = python3 ${directory}/web.py ${directory}`),
      ask: () => overHttp(join(directory, 'web.sock')),
      answer: /^python 12 \d+$/m,
    });
  });
});

describeWith('uwsgi_python3', 'uWSGI', () => {
  test('a master, ids that it takes itself, and workers that come and go', async () => {
    const app = new UwsgiApp();
    await lives({
      text: app.ini(
        [
          'master = true',
          'uid = www-data',
          'gid = www-data',
          'workers = 4',
          'cheaper = 1',
          'cheaper-initial = 2',
        ],
        [JAIL],
      ),
      ask: async () => {
        const { version, uid } = await app.ask();
        return `${version} ${uid}`;
      },
      answer: /^one 33$/,
    });
  });
});
