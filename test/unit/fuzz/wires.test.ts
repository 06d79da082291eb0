// What comes over sockets, pipes and memory files from somebody whom we do not know: read or dropped, never more than that.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { readPacket } from '../../../src/control/commands/packet.ts';
import { isKnownHost } from '../../../src/control/dashboard/guard.ts';
import { EmperorPipe } from '../../../src/emperor/emperor-pipe.ts';
import { readState } from '../../../src/emperor/reexec/format.ts';
import { parseMessage } from '../../../src/jail/messages.ts';
import { parseNotice } from '../../../src/jail/notice.ts';
import { oneLine, readable } from '../../../src/output/escape.ts';
import { LineSplitter, LONGEST_LINE } from '../../../src/output/lines.ts';
import { notifySocket } from '../../../src/system/sd-notify.ts';
import { inTime, PATIENCE_MS, runs } from './budget.ts';
import { damaged, damagedBytes } from './damage.ts';

const STATE = readFileSync(new URL('../../fixtures/reexec/format-1.jsonl', import.meta.url));
/** What a terminal obeys: C0 but for tab and newline, DEL, C1. */
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
const MESSAGES = [
  'exec',
  'maps',
  'hooks as-root',
  'mounted 3 124',
  'held 3 0:41:12:7.5',
  'made 12 directory 0:41:12:7.5 /srv/a b',
  'waiting /run/x.sock',
  'started 123456789',
  'failed 3 2 /no/such is not there',
  'exited 0 - 0 1 2 3',
  'notify r - - =up and well',
  'notify - 10000000 5',
];

describe('the control socket of a jail', () => {
  test(
    'a message is one of ours or none, and numbers in it are numbers',
    () => {
      fc.assert(
        fc.property(damaged(MESSAGES), (text) => {
          const message = inTime(() => parseMessage(text));
          const seen =
            JSON.stringify(message, (_, each) => (typeof each === 'bigint' ? String(each) : each)) ?? '';
          expect(seen).not.toContain('NaN');
          if (message?.kind === 'failed') expect(Number.isSafeInteger(message.failure.step)).toBe(true);
        }),
        runs(3000),
      );
    },
    PATIENCE_MS,
  );

  test(
    'a notice has a status of bounded length',
    () => {
      fc.assert(
        fc.property(damaged(MESSAGES.slice(-2)), fc.string({ maxLength: 600 }), (head, tail) => {
          expect(parseNotice(head + tail)?.status?.length ?? 0).toBeLessThanOrEqual(400);
        }),
        runs(1000),
      );
    },
    PATIENCE_MS,
  );
});

describe('the emperor pipe', () => {
  test(
    'any bytes in any pieces: at most one word of each kind in a turn, and nothing is left when it ends',
    () => {
      vi.useFakeTimers();
      const piece = fc.uint8Array({ maxLength: 600 });
      const likely = fc
        .array(fc.constantFrom(0, 1, 2, 5, 17, 22, 26, 30), { maxLength: 40 })
        .map((all) => Uint8Array.from(all));
      fc.assert(
        fc.property(
          fc.array(fc.oneof(piece, likely), { maxLength: 12 }),
          fc.constantFrom('eof', 'reset'),
          (pieces, end) => {
            let ready: (() => void) | undefined;
            let incoming = Buffer.alloc(0);
            let isOver = false;
            let closed = 0;
            const native = {
              watch: (_fd: number, _events: number, heard: (events: number) => void) => {
                ready = () => heard(1);
              },
              unwatch: () => {
                ready = undefined;
              },
              close: () => {
                closed++;
              },
              write: (_fd: number, data: Uint8Array) => data.length,
              read: (_fd: number, buffer: Uint8Array) => {
                const size = Math.min(buffer.length, incoming.length);
                buffer.set(incoming.subarray(0, size));
                incoming = incoming.subarray(size);
                if (size > 0) return size;
                if (isOver && end === 'reset') throw new Error('ECONNRESET');
                return isOver ? 0 : -1;
              },
            };
            let words = 0;
            const count = () => void words++;
            const handlers = { said: count, unheard: () => {}, warned: count };
            const pipe = new EmperorPipe(native, 7, 300, handlers, count);
            for (const bytes of pieces) {
              incoming = Buffer.concat([incoming, bytes]);
              words = 0;
              ready?.();
              expect(words).toBeLessThanOrEqual(8);
            }
            pipe.reload();
            isOver = true;
            while (ready) ready();
            pipe.close();
            expect([closed, vi.getTimerCount()]).toEqual([1, 0]);
          },
        ),
        runs(400),
      );
      vi.useRealTimers();
    },
    PATIENCE_MS,
  );
});

test(
  'a command of uWSGI: its texts are no longer than the packet',
  () => {
    const text = (word: string) => [word.length & 255, word.length >> 8, ...Buffer.from(word)];
    const good = ['cmd', 'stop', 'vassal', 'web.ini', 'msg', 'well'].flatMap(text);
    const packet = Buffer.from([0, good.length & 255, good.length >> 8, 0, ...good]);
    fc.assert(
      fc.property(damagedBytes([packet, Buffer.alloc(4), Buffer.alloc(70_000, 1)]), (bytes) => {
        const read = inTime(() => readPacket(bytes));
        if (read)
          expect(read.command.length + read.vassal.length + read.message.length).toBeLessThan(bytes.length);
      }),
      runs(2000),
    );
  },
  PATIENCE_MS,
);

test(
  'the state of a daemon before this one: taken as a whole or refused with a sentence',
  () => {
    fc.assert(
      fc.property(damagedBytes([STATE]), (bytes) => {
        const read = inTime(() => readState(bytes));
        if ('problem' in read) expect(read.problem).toMatch(/\S/);
        else expect(read.state.vassals).toBeInstanceOf(Array);
      }),
      runs(300),
    );
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}\n`;
    expect(readState(Buffer.from(deep.repeat(2)))).toHaveProperty('problem');
  },
  PATIENCE_MS,
);

test(
  'nothing that a vassal prints reaches a terminal as an order',
  () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 400 }),
          damagedBytes([Buffer.from('a\u001b[2Jb\u009b31m\r\nc\u0007\u0090x')]),
        ),
        (bytes) => {
          const shown = readable(Buffer.from(bytes));
          expect(shown).not.toMatch(CONTROL);
          expect(oneLine(shown)).not.toMatch(/[\n\r]/);
          expect(shown.length).toBeLessThanOrEqual(4 * bytes.length);
        },
      ),
      runs(3000),
    );
  },
  PATIENCE_MS,
);

test(
  'lines: nothing is lost, and no more is kept than the longest one',
  () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.nat({ max: 3 * LONGEST_LINE }).map((size) => new Uint8Array(size).fill(97)),
      fc.constant(Uint8Array.of(10)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const blocks: Buffer[] = [];
        const splitter = new LineSplitter((block) => void blocks.push(Buffer.from(block)));
        for (const each of pieces) {
          splitter.push(each);
          expect(splitter.rest.length).toBeLessThanOrEqual(LONGEST_LINE);
        }
        splitter.flush();
        expect(Buffer.concat(blocks).equals(Buffer.concat(pieces))).toBe(true);
        for (const block of blocks) expect(block.length).toBeLessThanOrEqual(LONGEST_LINE);
      }),
      runs(200),
    );
  },
  PATIENCE_MS,
);

test(
  'a name of a host is known as a whole, or not at all',
  () => {
    const known = ['box.example'];
    fc.assert(
      fc.property(
        damaged(['localhost:8080', 'box.example', '[::1]:80', 'localhost.evil.example']),
        (host) => {
          if (!isKnownHost(host, known)) return;
          const [, bracketed, name = ''] = /^(?:\[(.*)\]|([^:]*))(?::\d*)?$/.exec(host.toLowerCase()) ?? [];
          expect(isIP(bracketed ?? name) > 0 || ['localhost', 'box.example'].includes(name)).toBe(true);
        },
      ),
      runs(2000),
    );
  },
  PATIENCE_MS,
);

test(
  'the socket of the service manager is a path or an abstract name',
  () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const path = notifySocket({ NOTIFY_SOCKET: text });
        if (path !== undefined) expect('/@').toContain(path[0]);
      }),
      runs(500),
    );
  },
  PATIENCE_MS,
);
