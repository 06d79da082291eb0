// The addon in a thread of its own that ends while its launchers work: node unloads it then.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ADDON_PATH, JAILER_PATH } from '../../src/system/paths.ts';
import { describeRoot } from '../helpers/need-root.ts';

const WORKER = `
const native = require(${JSON.stringify(ADDON_PATH)});
const jailer = native.openJailer(${JSON.stringify(JAILER_PATH)});
const request = { flags: 0, stdio: [jailer, jailer, jailer], plan: new Uint8Array(1), cgroup: '', joins: [], handOverKill: false, name: 'x', outputUid: 2 ** 32 - 1, outputGid: 2 ** 32 - 1 };
for (let i = 0; i < 20; i++) {
  native.spawn(jailer, request, (error, pid, pidfd) => error || native.watchExit(pid, pidfd, () => {}));
}
require('node:worker_threads').parentPort.postMessage('up');
`;
const MAIN = `
const { Worker } = require('node:worker_threads');
const one = () => new Promise((resolve) => {
  const worker = new Worker(${JSON.stringify(WORKER)}, { eval: true });
  worker.once('message', () => setTimeout(() => worker.terminate().then(resolve), Math.random() * 3));
});
(async () => { for (let i = 0; i < 20; i++) await one(); })();
`;

describeRoot('a worker that is terminated', () => {
  test('takes nobody with it', () => {
    const { status, signal, stderr } = spawnSync(process.execPath, ['-e', MAIN], { encoding: 'utf8' });
    expect([status, signal, stderr]).toEqual([0, null, '']);
  });
});
