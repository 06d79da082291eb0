// The bytes of uWSGI and its Emperor, on a stream that is the test's.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConfigPipe } from '../../../src/emperor/config-pipe.ts';
import { EmperorPipe } from '../../../src/emperor/emperor-pipe.ts';

/** One stream: what the vassal has written, and what it was sent. */
class Stream {
  readonly incoming: number[] = [];
  sent: number[] = [];
  /** Bytes that still fit. */
  room = Number.POSITIVE_INFINITY;
  end: 'none' | 'eof' | 'reset' = 'none';
  closed = false;
  ready: (() => void) | undefined;

  readonly native = {
    watch: (_fd: number, _events: number, ready: (events: number) => void) => {
      this.ready = () => ready(1);
    },
    unwatch: () => {
      this.ready = undefined;
    },
    close: () => {
      this.closed = true;
    },
    read: (_fd: number, buffer: Uint8Array) => {
      const bytes = this.incoming.splice(0, buffer.length);
      buffer.set(bytes);
      if (bytes.length > 0) return bytes.length;
      if (this.end === 'reset') throw new Error('ECONNRESET');
      return this.end === 'eof' ? 0 : -1;
    },
    write: (_fd: number, data: Uint8Array) => {
      if (this.end !== 'none') throw new Error('EPIPE');
      const size = Math.min(this.room, data.length);
      this.room -= size;
      this.sent.push(...data.subarray(0, size));
      return size === 0 ? -1 : size;
    },
  };

  says(...bytes: number[]): void {
    this.incoming.push(...bytes);
    this.ready?.();
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open(settleMs = 300): { stream: Stream; pipe: EmperorPipe; heard: string[] } {
  const stream = new Stream();
  const heard: string[] = [];
  const handlers = {
    said: (what: string) => void heard.push(what),
    unheard: (what: string) => void heard.push(`unheard ${what}`),
    warned: (message: string) => void heard.push(message.slice(0, 13)),
  };
  const pipe = new EmperorPipe(stream.native, 7, settleMs, handlers, () => void heard.push('config'));
  return { stream, pipe, heard };
}

/** One whose workers listen. */
function settled(): ReturnType<typeof open> {
  const all = open();
  all.stream.says(1, 5);
  vi.advanceTimersByTime(1000);
  all.heard.length = 0;
  return all;
}

describe('what the vassal says', () => {
  test('every byte has its meaning; others have none', () => {
    const { stream, heard } = open();
    for (const byte of [1, 5, 17, 22, 26, 2, 30, 30, 0, 3, 99, 255]) stream.says(byte);
    expect(heard).toEqual(['ready', 'ready', 'loyal', 'idle', 'beat', 'config', 'asks for more']);
  });

  test('a flood is one word, and ends after a while', () => {
    const { stream, heard } = open();
    stream.says(...new Array<number>(10_000).fill(26));
    expect(heard).toEqual(['beat']);
    expect(stream.incoming.length).toBe(10_000 - 16 * 256);
  });

  test.each(['eof', 'reset'] as const)('its end (%s) is told after all else, once', (end) => {
    const { stream, heard } = open();
    stream.end = end;
    stream.says(17, 5);
    expect(heard).toEqual(['loyal', 'ready', 'leaving']);
    expect(vi.getTimerCount()).toBe(0);
    expect([stream.closed, stream.ready]).toEqual([true, undefined]);
  });
});

describe('what it is told', () => {
  test('to stop, to stop when its requests are done, to reload', () => {
    const { stream, pipe } = settled();
    pipe.reload();
    expect(stream.sent).toEqual([1]);
    expect(pipe.isReloading).toBe(true);
    stream.says(5);
    expect(pipe.isReloading).toBe(false);
    vi.advanceTimersByTime(1000);
    pipe.stop(false);
    pipe.stop(true);
    expect(stream.sent).toEqual([1, 0, 2]);
  });

  test('waits until its workers listen', () => {
    const { stream, pipe } = open();
    stream.says(1);
    pipe.reload();
    stream.says(5);
    expect([stream.sent, pipe.isReloading]).toEqual([[], true]);
    vi.advanceTimersByTime(300);
    expect([stream.sent, pipe.isReloading]).toEqual([[1], true]);
    stream.says(5);
    expect(pipe.isReloading).toBe(false);
  });

  test('reaches at once who has no workers', () => {
    const { stream, pipe } = open(0);
    pipe.reload();
    pipe.stop(false);
    expect(stream.sent).toEqual([1, 0]);
  });

  test('but not for ever, for there may be none', () => {
    const { stream, pipe } = open();
    stream.says(1);
    pipe.stop(false);
    vi.advanceTimersByTime(1999);
    expect(stream.sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(stream.sent).toEqual([0]);
  });

  test('a stop takes the place of a reload that waits', () => {
    const { stream, pipe } = open();
    pipe.reload();
    pipe.stop(false);
    pipe.reload();
    vi.advanceTimersByTime(5000);
    expect(stream.sent).toEqual([0]);
  });

  test.each([
    ['it does not read', { room: 0 }],
    ['it is gone', { end: 'eof' as const }],
  ])('is not waited for when %s', (_, changes) => {
    const { stream, pipe, heard } = settled();
    Object.assign(stream, changes);
    pipe.reload();
    expect([heard, pipe.isReloading]).toEqual([['unheard reload'], false]);
    pipe.stop(false);
    expect(heard).toEqual(['unheard reload', 'unheard stop']);
  });

  test('nothing after the end', () => {
    const { stream, pipe } = open();
    pipe.stop(false);
    pipe.close();
    vi.advanceTimersByTime(5000);
    expect(stream.sent).toEqual([]);
  });
});

describe('a text by a pipe', () => {
  const sent = (stream: Stream) => Buffer.from(stream.sent).toString('latin1');

  test('has four bytes before it: a modifier, its size, and another', () => {
    const stream = new Stream();
    new ConfigPipe(stream.native, 8).send('é=1');
    expect(stream.sent).toEqual([115, 4, 0, 0, 0xc3, 0xa9, 0x3d, 0x31]);
    expect(stream.ready).toBeUndefined();
  });

  test('goes on when there is room again; of those that wait only the newest counts', () => {
    const stream = new Stream();
    const pipe = new ConfigPipe(stream.native, 8);
    stream.room = 5;
    pipe.send('one');
    pipe.send('two');
    pipe.send('three');
    expect(sent(stream)).toBe('s\u0003\0\0o');
    stream.room = 100;
    stream.ready?.();
    expect(sent(stream)).toBe('s\u0003\0\0ones\u0005\0\0three');
    expect(stream.ready).toBeUndefined();
  });

  test('whose reader is gone is no error', () => {
    const stream = new Stream();
    stream.end = 'eof';
    new ConfigPipe(stream.native, 8).send('one');
    expect(stream.closed).toBe(true);
  });
});
