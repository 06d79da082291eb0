// A web app under a steady load of requests while something is done to it, or to the daemon.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Daemon } from './daemon.mjs';
import { shuffled, sleep } from './numbers.mjs';

export const RATE = 400;
export const SECONDS = 4;
export const ROUNDS = 2;
/** So often while the load lasts. */
export const DEEDS = 2;
const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));

/** What is done to which of the two, and what there is to say of it. */
const CASES = [
  { name: 'nothing', to: 'held', note: '' },
  { name: '`reload = overlap`', to: 'held', deed: (daemon) => daemon.order('held', 'reload'), note: '' },
  { name: '`tsjail reexec`', to: 'held', deed: (daemon) => daemon.reexec(), note: '' },
  {
    name: '`tsjail restart`',
    to: 'held',
    deed: (daemon) => daemon.order('held', 'restart'),
    note: 'who comes meanwhile waits in the socket that the daemon holds',
  },
  {
    name: '`tsjail restart`, no `socket =`',
    to: 'own',
    deed: (daemon) => daemon.order('own', 'restart'),
    note: 'the app binds its port itself, as under any supervisor that holds no sockets',
  },
];

/** Of each case `{ name, note, answered, failed }`: µs of each request that was answered, and words for those that were not. */
export async function traffic(directory, { mark, load }) {
  const daemon = new Daemon(directory, mark);
  const ports = { held: await freePort(), own: await freePort() };
  daemon.put('held', app(ports.held, `socket = 127.0.0.1:${ports.held}\nreload = overlap\n`));
  daemon.put('own', app(ports.own, ''));
  const results = CASES.map((each) => ({ ...each, answered: [], failed: [] }));
  try {
    daemon.start();
    await daemon.running(2);
    for (let round = 0; round < ROUNDS; round++)
      for (const result of shuffled(results)) await measure(daemon, load, ports[result.to], result);
    await daemon.stop();
  } finally {
    await daemon.end();
  }
  return results;
}

function app(port, more) {
  const lines = ['[vassal]', 'clone = fs,ipc,uts,pid', 'profile = open', 'ready = fd:9', 'stable-after = 0'];
  return `${[...lines, `command = ${process.execPath} ${SERVER} ${port}`].join('\n')}\n${more}`;
}

async function measure(daemon, load, port, { deed, answered, failed }) {
  const child = spawn(load, [String(port), String(RATE)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = text(child.stdout);
  for (let n = 0; n < DEEDS; n++) {
    await sleep((SECONDS * 1000) / (DEEDS + 1));
    await deed?.(daemon);
  }
  await sleep((SECONDS * 1000) / (DEEDS + 1));
  child.stdin.end();
  for (const line of (await said).trim().split('\n'))
    /^\d/.test(line) ? answered.push(Number(line)) : failed.push(line);
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
