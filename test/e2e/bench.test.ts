// The programs of the benchmarks: the launcher knows how a plan is made today, and the load sees what fails.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildLauncher, buildPrograms } from '../bench/build.mjs';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

describeRoot('the launcher of the benchmarks', () => {
  test('starts a jail', async () => {
    const program = await buildLauncher();
    const mark = join(tempDirectory(), 'mark');
    writeFileSync(mark, '#!/bin/sh\necho 1; exec sleep 1000\n');
    chmodSync(mark, 0o755);
    const said = execFileSync(process.execPath, [program, 'block', mark, '0', '1'], { encoding: 'utf8' });
    expect(JSON.parse(said)).toMatchObject({ call: expect.any(Number) });
  });
});

describe('the load of the benchmarks', () => {
  test('tells who was served, hung up on, and half served', async () => {
    const { load } = buildPrograms(tempDirectory());
    const deeds = ['serve', 'hang up', 'cut'];
    const server = createServer((request, response) => {
      const deed = deeds.shift();
      if (deed === 'serve') return response.end('served\n');
      if (deed === 'hang up') return request.socket.resetAndDestroy();
      response.writeHead(200, { 'content-length': 7 });
      response.write('ser', () => request.socket.destroy());
      child.stdin.end();
    });
    onTestFinished(() => void server.close());
    const child = spawn(load, [await portOf(server), '20'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [first, ...others] = (await text(child.stdout)).trim().split('\n');
    expect(Number(first)).toBeGreaterThan(0);
    expect(others.slice(0, 2)).toEqual(['ECONNRESET', 'cut']);
  });

  test('tells who was refused', async () => {
    const { load } = buildPrograms(tempDirectory());
    const server = createServer();
    const port = await portOf(server);
    server.close();
    expect(execFileSync(load, [port, '20'], { encoding: 'utf8', input: '' })).toMatch(/^(ECONNREFUSED\n)+$/);
  });
});

async function portOf(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return String((server.address() as AddressInfo).port);
}
