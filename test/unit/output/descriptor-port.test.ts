import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BoundedWriter, MOST_WAITING } from '../../../src/output/bounded-writer.ts';
import { descriptorPort, standardStream } from '../../../src/output/descriptor-port.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { until } from '../../helpers/until.ts';

/** Both ends of a pipe; the writing end blocks, as the one that a shell gives us does. */
function pipe(): { reader: number; writer: number } {
  const directory = mkdtempSync(join(tmpdir(), 'tsjail-test-'));
  const path = join(directory, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  rmSync(directory, { recursive: true });
  onTestFinished(() => closeSync(writer));
  return { reader, writer };
}

function writerOn(fd: number) {
  const told: string[] = [];
  const port = descriptorPort(() => standardStream(fd));
  return {
    told,
    writer: new BoundedWriter({ port, gap: (n) => `-- ${n} lost\n`, trouble: (text) => told.push(text) }),
  };
}

function readAll(fd: number): string {
  const buffer = Buffer.alloc(1024 * 1024);
  let text = '';
  try {
    for (let size = readSync(fd, buffer); size > 0; size = readSync(fd, buffer))
      text += buffer.toString('latin1', 0, size);
  } catch {
    // EAGAIN: empty
  }
  return text;
}

test('what a pipe takes is there before write() returns', () => {
  const { reader, writer: fd } = pipe();
  writerOn(fd).writer.write('one\n');
  expect(readAll(reader)).toBe('one\n');
  closeSync(reader);
});

test('a pipe that nobody reads does not block; what is read later tells what is missing', async () => {
  const { reader, writer: fd } = pipe();
  const { writer, told } = writerOn(fd);
  const line = `${'x'.repeat(1023)}\n`;
  const count = 4 * (MOST_WAITING / 1024);
  for (let index = 0; index < count; index++) writer.write(line);
  let text = '';
  await until('all of it', () => {
    text += readAll(reader);
    return text.includes('lost');
  });
  const lost = Number(/-- (\d+) lost/.exec(text)?.[1]);
  expect(text.split('\n').length - 2 + lost).toBe(count);
  expect(lost).toBeGreaterThan(0);
  expect(told).toEqual([]);
  closeSync(reader);
});

test('a reader that is gone is told once', () => {
  const { reader, writer: fd } = pipe();
  const { writer, told } = writerOn(fd);
  writer.write('one\n');
  closeSync(reader);
  for (let index = 0; index < 10; index++) writer.write('two\n');
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('EPIPE');
});

test('a file that others write to by the same description: nobody overwrites anybody', () => {
  const path = join(tempDirectory(), 'out');
  const fd = openSync(path, 'w');
  const { writer } = writerOn(fd);
  writeSync(fd, 'before\n');
  writer.write('ours\n');
  writeSync(fd, 'after\n');
  closeSync(fd);
  expect(readFileSync(path, 'utf8')).toBe('before\nours\nafter\n');
});
