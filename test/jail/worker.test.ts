// The addon in a thread of its own that ends while its launchers work: node unloads it then.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ADDON_PATH, JAILER_PATH } from '../../src/system/paths.ts';
import { describeRoot } from '../helpers/need-root.ts';

const WORKER = `
const native = require(${JSON.stringify(ADDON_PATH)});
const jailer = native.openJailer(${JSON.stringify(JAILER_PATH)});
native.keepNetworks(2);
const NEWNET = 0x40000000;
const order = native.order([NEWNET, '', '0', '1', 'x', '4294967295', '4294967295', '0', ''].join('\\0') + 'no plan');
for (let i = 0; i < 20; i++) {
  native.spawn(jailer, order, jailer, jailer, jailer, [], (error, pid, pidfd) => error || native.watchExit(pid, pidfd, () => {}));
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
