import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  BoundedWriter,
  ENOUGH_WAITING,
  MOST_WAITING,
  PATIENCE_MS,
  type Port,
  RETRY_MS,
} from '../../../src/output/bounded-writer.ts';

/** A port whose every answer the test gives by hand. */
class TestPort implements Port {
  written = '';
  opens = 0;
  closes = 0;
  openError: Error | undefined;
  #answer: ((error: Error | undefined, written: number) => void) | undefined;
  #offered: Buffer = Buffer.alloc(0);

  open(opened: (error?: Error) => void): void {
    this.opens++;
    opened(this.openError);
  }

  write(bytes: Buffer, done: (error: Error | undefined, written: number) => void): void {
    this.#offered = bytes;
    this.#answer = done;
  }

  close(): void {
    this.closes++;
  }

  get isBusy(): boolean {
    return this.#answer !== undefined;
  }

  accept(count = this.#offered.length): void {
    this.written += this.#offered.subarray(0, count).toString();
    this.#take()?.(undefined, count);
  }

  refuse(message: string): void {
    this.#take()?.(new Error(message), 0);
  }

  #take() {
    const answer = this.#answer;
    this.#answer = undefined;
    return answer;
  }
}

function writerOn(port: Port) {
  const told: string[] = [];
  const clock = { now: 0 };
  const gap = (count: number) => `-- ${count} lost\n`;
  const writer = new BoundedWriter({ port, gap, trouble: (text) => told.push(text), now: () => clock.now });
  return { writer, told, clock };
}

describe('BoundedWriter', () => {
  test('a line that was begun is ended in the same file, before another is opened', () => {
    const port = new TestPort();
    const { writer } = writerOn(port);
    writer.write('one\ntwo\n');
    port.accept(6);
    writer.reopen();
    expect([port.written, port.closes]).toEqual(['one\ntw', 0]);
    port.accept();
    writer.write('three\n');
    expect([port.closes, port.opens]).toEqual([1, 2]);
    port.accept();
    expect(port.written).toBe('one\ntwo\nthree\n');
  });

  test('what failed in the middle of a line does not run into the next one', () => {
    const port = new TestPort();
    const { writer, clock } = writerOn(port);
    writer.write('one\ntwo\n');
    port.accept(6);
    port.refuse('ENOSPC');
    clock.now += RETRY_MS;
    writer.write('three\n');
    port.accept();
    expect(port.written).toBe('one\ntw\n-- 1 lost\nthree\n');
  });

  test('each lost line is told of once, a gap that is lost itself is not one more', () => {
    const port = new TestPort();
    let dropped = 0;
    const now = { ms: 0 };
    const writer = new BoundedWriter({
      port,
      gap: (count) => `-- ${count} lost\n`,
      trouble: () => {},
      dropped: (count) => {
        dropped += count;
      },
      now: () => now.ms,
    });
    writer.write('1\n2\n');
    port.refuse('ENOSPC');
    writer.write('3\n');
    expect(dropped).toBe(3);
    now.ms += RETRY_MS;
    writer.write('4\n');
    port.refuse('ENOSPC');
    expect(dropped).toBe(4);
    now.ms += RETRY_MS;
    writer.write('5\n');
    port.accept();
    expect([port.written, dropped]).toEqual(['-- 4 lost\n5\n', 4]);
  });

  test('drained() resolves when nothing waits any more, also when it is lost', async () => {
    const port = new TestPort();
    const { writer } = writerOn(port);
    await writer.drained();
    writer.write('one\n');
    const written = writer.drained();
    port.accept();
    await written;
    writer.write('two\n');
    const lost = writer.drained();
    port.refuse('ENOSPC');
    await lost;
  });

  test('opens on the first text and writes in order, also what a write left over', () => {
    const port = new TestPort();
    const { writer } = writerOn(port);
    expect(port.opens).toBe(0);
    writer.write('one\n');
    writer.write('two\n');
    port.accept(2);
    port.accept(0);
    while (port.isBusy) port.accept();
    expect(port.written).toBe('one\ntwo\n');
    expect(port.opens).toBe(1);
  });

  test('drops what does not fit and says how much, where it is missing', () => {
    const port = new TestPort();
    const { writer } = writerOn(port);
    const big = `${'x'.repeat(MOST_WAITING - 10)}\n`;
    writer.write('first\n');
    writer.write(big);
    writer.write('lost\nlost\n');
    writer.write('fits\n');
    while (port.isBusy) port.accept();
    expect(port.written).toBe(`first\n${big}-- 2 lost\nfits\n`);
  });

  test('says what was dropped also when nothing comes after it', () => {
    const port = new TestPort();
    const { writer } = writerOn(port);
    writer.write('first\n');
    writer.write('x'.repeat(MOST_WAITING + 1));
    writer.write(`${'y\n'.repeat(MOST_WAITING)}`);
    while (port.isBusy) port.accept();
    expect(port.written).toBe(`first\n-- ${MOST_WAITING} lost\n`);
  });

  test('tells of a failure once, rests, tries again, tells that it works', () => {
    const port = new TestPort();
    const { writer, told, clock } = writerOn(port);
    writer.write('one\n');
    writer.write('two\n');
    port.refuse('ENOSPC');
    writer.write('three\n');
    expect(port.isBusy).toBe(false);
    clock.now = RETRY_MS;
    writer.write('four\n');
    port.refuse('ENOSPC');
    expect(told).toEqual(['ENOSPC']);
    clock.now = 2 * RETRY_MS;
    writer.write('five\n');
    while (port.isBusy) port.accept();
    expect(port.written).toBe('-- 4 lost\nfive\n');
    expect(told).toEqual(['ENOSPC', 'is written again']);
    expect(port.opens).toBe(3);
  });

  test('a port that cannot be opened is a failure like any', () => {
    const port = new TestPort();
    port.openError = new Error('EACCES');
    const { writer, told } = writerOn(port);
    writer.write('one\n');
    writer.write('two\n');
    expect(told).toEqual(['EACCES']);
    expect(port.opens).toBe(1);
    expect(port.closes).toBe(0);
  });

  test('reopen ends a rest at once, and changes the port between two writes', () => {
    const port = new TestPort();
    const { writer } = writerOn(port);
    writer.write('one\n');
    port.refuse('EIO');
    writer.reopen();
    writer.write('two\n');
    writer.reopen();
    writer.write('three\n');
    port.accept();
    expect([port.opens, port.closes]).toEqual([3, 2]);
    port.accept();
    expect(port.written).toBe('-- 1 lost\ntwo\nthree\n');
  });

  test('close lets what waits be written, then closes the port', () => {
    const port = new TestPort();
    const { writer } = writerOn(port);
    writer.write('one\n');
    writer.write('two\n');
    writer.close();
    writer.write('never\n');
    expect(port.closes).toBe(0);
    while (port.isBusy) port.accept();
    expect([port.written, port.closes]).toEqual(['one\ntwo\n', 1]);
  });

  test('who can wait is told when there is room', async () => {
    const port = new TestPort();
    const { writer } = writerOn(port);
    writer.write('first\n');
    expect(writer.room).toBeUndefined();
    writer.write(`${'x'.repeat(ENOUGH_WAITING)}\n`);
    const room = writer.room;
    expect(writer.room).toBe(room);
    let isThere = false;
    void room?.then(() => {
      isThere = true;
    });
    port.accept(3);
    await Promise.resolve();
    expect(isThere).toBe(false);
    port.accept();
    await room;
    expect(writer.room).toBeUndefined();
    port.accept();
    expect(port.written).toBe(`first\n${'x'.repeat(ENOUGH_WAITING)}\n`);
  });

  test('nobody waits for a port that does not answer: what does not fit is dropped then', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const port = new TestPort();
    const { writer } = writerOn(port);
    const block = `${'x'.repeat(ENOUGH_WAITING)}\n`;
    writer.write('first\n');
    writer.write(block);
    const room = writer.room;
    vi.advanceTimersByTime(PATIENCE_MS);
    await room;
    expect(writer.room).toBeUndefined();
    writer.write(block);
    writer.write(block);
    expect(writer.room).toBeUndefined();
    port.accept();
    expect(port.isBusy).toBe(true);
    while (port.isBusy) port.accept();
    expect(port.written).toBe(`first\n${block}-- 2 lost\n`);
  });

  test('nobody waits for a port that has failed', async () => {
    const port = new TestPort();
    const { writer } = writerOn(port);
    writer.write('first\n');
    writer.write(`${'x'.repeat(ENOUGH_WAITING)}\n`);
    const room = writer.room;
    port.refuse('ENOSPC');
    await room;
    expect(writer.room).toBeUndefined();
  });

  test('bytes may be reused at once, and a buffer is nobody else’s while it is written', () => {
    const [one, two] = [new TestPort(), new TestPort()];
    const writers = [writerOn(one).writer, writerOn(two).writer];
    const reused = Buffer.alloc(2);
    for (const letter of 'abcdefgh')
      for (const writer of writers) {
        reused.write(`${letter}\n`);
        writer.writeLines(reused, 1);
      }
    one.accept();
    two.accept();
    writers[0]?.write('last\n');
    while (one.isBusy) one.accept();
    while (two.isBusy) two.accept();
    expect([one.written, two.written]).toEqual([
      'a\nb\nc\nd\ne\nf\ng\nh\nlast\n',
      'a\nb\nc\nd\ne\nf\ng\nh\n',
    ]);
  });
});
