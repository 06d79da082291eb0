import { expect, test } from 'vitest';
import { OutputPipe } from '../../../src/jail/output-pipe.ts';

const FD = 9;

/** A pipe that holds `text`, and never comes to its end. */
class TestPipe {
  text: string;
  isClosed = false;
  readonly asked: number[] = [];
  #ready: ((events: number) => void) | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get isWatched(): boolean {
    return this.#ready !== undefined;
  }

  watch(fd: number, _events: number, ready: (events: number) => void): void {
    expect([fd, this.isWatched]).toEqual([FD, false]);
    this.#ready = ready;
  }

  unwatch(): void {
    this.#ready = undefined;
  }

  read(_fd: number, buffer: Uint8Array): number {
    this.asked.push(buffer.length);
    const size = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.length).write(this.text);
    this.text = this.text.slice(size);
    return size === 0 ? -1 : size;
  }

  close(): void {
    this.isClosed = true;
  }

  /** As the loop does for as long as there is something. */
  turn(): void {
    if (this.text !== '') this.#ready?.(1);
  }
}

function heard(pipe: TestPipe, cost: (chunk: Uint8Array) => void = () => {}) {
  const taken = { text: '', room: undefined as Promise<void> | undefined };
  const output = new OutputPipe(pipe, FD, {
    output: (chunk) => {
      cost(chunk);
      taken.text += Buffer.from(chunk).toString();
    },
    outputRoom: () => taken.room,
  });
  output.listen();
  return { output, taken };
}

function spend(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

test('a read is as large as others can wait for: larger after a cheap one, smaller after one that was dear', () => {
  const pipe = new TestPipe('x'.repeat(32 * 1024 * 1024));
  let ms = 0;
  const { output } = heard(pipe, () => spend(ms));
  // On a busy machine a cheap one may be dear.
  while (pipe.text.length > 1024 * 1024 && pipe.asked.at(-1) !== 64 * 1024) pipe.turn();
  expect(pipe.asked.at(-1)).toBe(64 * 1024);
  ms = 2;
  for (let turn = 0; turn < 10; turn++) pipe.turn();
  expect(pipe.asked.at(-1)).toBe(1024);
  output.close();
});

test('nothing is read while there is no room, and it goes on when there is', async () => {
  const pipe = new TestPipe('x'.repeat(100_000));
  const { taken } = heard(pipe);
  let make = () => {};
  taken.room = new Promise((resolve) => {
    make = resolve;
  });
  pipe.turn();
  expect(pipe.isWatched).toBe(false);
  taken.room = undefined;
  make();
  await Promise.resolve();
  expect(pipe.isWatched).toBe(true);
  for (let turn = 0; turn < 20; turn++) pipe.turn();
  expect(taken.text).toHaveLength(100_000);
});

test('room that comes while it is hushed wakes nobody, and neither does wake() while there is none', async () => {
  const pipe = new TestPipe('one two');
  const { output, taken } = heard(pipe);
  let make = () => {};
  taken.room = new Promise((resolve) => {
    make = resolve;
  });
  pipe.turn();
  output.hush();
  output.wake();
  expect(pipe.isWatched).toBe(false);
  output.hush();
  make();
  await Promise.resolve();
  expect(pipe.isWatched).toBe(false);
  output.wake();
  expect(pipe.isWatched).toBe(true);
});

test('the last words are read at the end, room or not, and whoever writes on is not waited for', () => {
  const pipe = new TestPipe('x'.repeat(3 * 1024 * 1024));
  const { output, taken } = heard(pipe);
  taken.room = new Promise(() => {});
  output.end();
  expect(taken.text.length).toBeGreaterThan(1024 * 1024);
  expect(taken.text.length).toBeLessThan(2 * 1024 * 1024);
  expect([output.fd, pipe.isClosed, pipe.isWatched]).toEqual([-1, true, false]);
});
