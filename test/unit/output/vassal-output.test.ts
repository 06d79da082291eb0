import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { DEFAULT_MANNER, type LogManner } from '../../../src/config/logging.ts';
import type { LogTarget } from '../../../src/config/vassal-config.ts';
import type { DaemonLog } from '../../../src/output/daemon-log.ts';
import type { JournalSystem } from '../../../src/output/journal-port.ts';
import type { TextSystem } from '../../../src/output/text-system.ts';
import { createVassalOutput } from '../../../src/output/vassal-output.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { PLAIN_TEXT_SYSTEM } from '../../helpers/text-system.ts';
import { until } from '../../helpers/until.ts';

class HeardLog implements DaemonLog {
  readonly vassals: string[] = [];
  readonly warnings: string[] = [];
  readonly dropped = 0;
  info(): void {}
  error(): void {}
  reopen(): void {}
  warn(message: string, vassal?: string): void {
    this.warnings.push(`${vassal}: ${message}`);
  }
  vassal(name: string, bytes: Buffer): void {
    this.vassals.push(`${name}> ${bytes}`);
  }
}

/** A journal that takes `room` datagrams. */
class TestJournal implements JournalSystem, TextSystem {
  readonly countNewlines = PLAIN_TEXT_SYSTEM.countNewlines;
  readonly isPlain = PLAIN_TEXT_SYSTEM.isPlain;
  readonly said: string[] = [];
  room = Number.POSITIVE_INFINITY;
  closed = 0;
  #ready: ((events: number) => void) | undefined;
  connectDatagram(path: string): number {
    expect(path).toBe('/run/systemd/journal/socket');
    return 7;
  }
  write(_fd: number, data: Uint8Array): number {
    if (this.room-- <= 0) return -1;
    this.said.push(Buffer.from(data).toString());
    return data.length;
  }
  watch(_fd: number, _events: number, ready: (events: number) => void): void {
    this.#ready = ready;
  }
  unwatch(): void {
    this.#ready = undefined;
  }
  close(): void {
    this.closed++;
  }
  get isWatched(): boolean {
    return this.#ready !== undefined;
  }
  drain(): void {
    this.room = Number.POSITIVE_INFINITY;
    this.#ready?.(4);
  }
}

const EMPEROR: LogTarget = { kind: 'emperor' };

function outputTo(target: LogTarget, changes: Partial<LogManner> = {}) {
  const manner = { ...DEFAULT_MANNER, ...changes };
  const log = new HeardLog();
  const native = new TestJournal();
  const output = createVassalOutput('web', target, manner, { log, native });
  const stream = output.stream();
  const say = (text: string) => stream.bytes(Buffer.from(text));
  const texts = (count = 100) => output.lines(count).map((line) => line.text);
  return { output, stream, log, native, say, texts };
}

describe('createVassalOutput', () => {
  test('keeps lines, gives them to the daemon log, escapes them', () => {
    const { output, stream, log, say, texts } = outputTo(EMPEROR);
    say('one\ntw');
    say('o\x1b[1m\nunfini');
    expect(texts()).toEqual(['one', 'two\\x1b[1m']);
    stream.flush();
    expect(texts()).toEqual(['one', 'two\\x1b[1m', 'unfini']);
    expect(log.vassals).toEqual(['web> one\n', 'web> two\\x1b[1m\n', 'web> unfini\n']);
    expect(output.lines(1)[0]).toMatchObject({ vassal: 'web', stream: 'out' });
    expect(output.lines(1)[0]?.at).toBeCloseTo(Date.now() / 1000, -1);
  });

  test('a note is a line of tsjail, one line, and not told to the daemon log twice', () => {
    const { output, log, say, texts } = outputTo(EMPEROR);
    say('one\n');
    output.note('exited\nwith code 3');
    expect(texts()).toEqual(['one', 'exited\\nwith code 3']);
    expect(output.lines(1)[0]?.stream).toBe('tsjail');
    expect(log.vassals).toEqual(['web> one\n']);
  });

  test('tells each line to those who follow, until they leave', () => {
    const { output, say } = outputTo({ kind: 'null' });
    const heard: string[] = [];
    const leave = output.onLine((line) => heard.push(`${line.stream} ${line.text}`));
    say('one\ntwo\n');
    output.note('three');
    leave();
    say('four\n');
    expect(heard).toEqual(['out one', 'out two', 'tsjail three']);
  });

  test('appends to a file of mode 0640, notes too, and opens it anew when told', async () => {
    const path = join(tempDirectory(), 'web.log');
    writeFileSync(path, 'before\n', { mode: 0o640 });
    const { output, log, say } = outputTo({ kind: 'file', path });
    say('one\n');
    output.note('two');
    await until('lines in the file', () => readFileSync(path, 'utf8') === 'before\none\ntsjail: two\n');
    renameSync(path, `${path}.1`);
    output.reopen();
    say('three\n');
    await until('a new file', () => read(path) === 'three\n');
    expect(statSync(path).mode & 0o777).toBe(0o640 & ~process.umask());
    expect(log.warnings).toEqual([]);
  });

  test('what was said last before close is written', async () => {
    const path = join(tempDirectory(), 'web.log');
    const { output, stream, say } = outputTo({ kind: 'file', path });
    say('one\nunfinished');
    stream.flush();
    output.close();
    await until('both lines', () => read(path) === 'one\nunfinished\n');
  });

  test('does not follow a link, says so once, keeps the lines', async () => {
    const directory = tempDirectory();
    const path = join(directory, 'web.log');
    writeFileSync(join(directory, 'precious'), '');
    symlinkSync('precious', path);
    const { log, say, texts } = outputTo({ kind: 'file', path });
    say('one\n');
    await until('a warning', () => log.warnings.length > 0);
    say('two\n');
    expect(log.warnings).toHaveLength(1);
    expect(log.warnings[0]).toMatch(/^web: log file .*web\.log: a symbolic link/);
    expect(texts()).toEqual(['one', expect.stringContaining('a symbolic link'), 'two']);
    expect(read(join(directory, 'precious'))).toBe('');
  });

  test('a device is not opened; what fails is one warning, and the lines are kept in memory', async () => {
    const { output, log, say, texts } = outputTo({ kind: 'file', path: '/dev/full' });
    say('one\n');
    await until('a warning', () => log.warnings.length > 0);
    for (let line = 0; line < 100; line++) say('more\n');
    expect(log.warnings).toEqual([expect.stringContaining('a device, not a regular file')]);
    expect(texts()).toHaveLength(100);
    expect(output.counts).toMatchObject({ lines: 101, unwritten: 101 });
  });

  test('speaks to the journal under the name of the vassal, line by line, and waits when it is full', async () => {
    const { native, say, output } = outputTo({ kind: 'journal' });
    output.begin(3);
    say('one\n');
    output.note('exited');
    const fields = 'SYSLOG_IDENTIFIER=web\nTSJAIL_VASSAL=web\n';
    const said = (text: string) =>
      `${fields}PRIORITY=6\nTSJAIL_GENERATION=3\nTSJAIL_STREAM=out\nMESSAGE=${text}\n`;
    const noted = `${fields}PRIORITY=5\nTSJAIL_GENERATION=3\nTSJAIL_STREAM=tsjail\nMESSAGE=exited\n`;
    await output.drained();
    expect(native.said).toEqual([said('one'), noted]);
    native.room = 1;
    say('two\nthree\n');
    await until('a full journal', () => native.isWatched);
    native.drain();
    await output.drained();
    expect(native.said.slice(2)).toEqual([said('two'), said('three')]);
    output.note('exited', 2);
    expect(native.said.at(-1)).toBe(noted.replace('GENERATION=3', 'GENERATION=2'));
    output.close();
    expect(native.closed).toBe(1);
  });

  test('nothing that a vassal prints is a field of the journal', async () => {
    const { native, say, output } = outputTo({ kind: 'journal' });
    say('PRIORITY=0\n_UID=0\n60 x\n\r\0MESSAGE\n\n');
    await output.drained();
    for (const datagram of native.said) {
      const fields = datagram.split('\n').map((line) => line.split('=')[0]);
      expect(fields).toEqual([
        'SYSLOG_IDENTIFIER',
        'TSJAIL_VASSAL',
        'PRIORITY',
        'TSJAIL_GENERATION',
        'TSJAIL_STREAM',
        'MESSAGE',
        '',
      ]);
      expect(datagram).toContain('\nPRIORITY=6\n');
    }
    expect(native.said.map((each) => each.split('MESSAGE=').at(-1))).toHaveLength(5);
  });

  test('a flood is cut off at the limit, and what was dropped is told when its time is over', async () => {
    const { output, log, say, texts } = outputTo(EMPEROR, { rate: { lines: 3, ms: 200 } });
    say('1\n2\n3\n4\n5\n');
    say('6\n');
    expect(texts()).toEqual(['1', '2', '3']);
    expect(output.counts).toEqual({ lines: 6, bytes: 12, limited: 3, unwritten: 0 });
    await until('the count', () => texts().length > 3);
    expect(texts()[3]).toBe('3 lines were dropped here (log-rate-limit = 3/200ms)');
    say('7\n');
    expect(log.vassals.join('')).toBe('web> 1\n2\n3\nweb> 7\n');
  });

  test('a limit that is lifted tells what it cost', () => {
    const { output, say, texts } = outputTo(EMPEROR, { rate: { lines: 1, ms: 60_000 } });
    say('1\n2\n');
    output.retarget(EMPEROR, DEFAULT_MANNER);
    say('3\n');
    expect(texts()).toEqual(['1', '1 line was dropped here (log-rate-limit = 1/60s)', '3']);
  });

  test('lines have their time in front where that is asked for', async () => {
    const path = join(tempDirectory(), 'web.log');
    const { output, say } = outputTo({ kind: 'file', path }, { date: true });
    say('one\ntwo\n');
    output.note('three');
    await output.drained();
    const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z';
    expect(read(path)).toMatch(new RegExp(`^${time} one\n${time} two\n${time} tsjail: three\n$`));
  });

  test('who waits for room loses nothing of a flood into a file that is put aside again and again', async () => {
    // However slow the disk is here: nobody's patience ends.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const directory = tempDirectory();
    const path = join(directory, 'web.log');
    const { output, stream } = outputTo({ kind: 'file', path }, { maxSize: 512 * 1024, keep: 1000 });
    const printed = Buffer.from(
      Array.from({ length: 60_000 }, (_, number) => `${number} ${'x'.repeat(number % 150)}\n`).join(''),
    );
    for (let at = 0; at < printed.length; at += 65_536) {
      stream.bytes(printed.subarray(at, at + 65_536));
      await output.room;
    }
    stream.flush();
    await output.drained();
    const aside = readdirSync(directory).length - 1;
    expect(aside).toBeGreaterThan(5);
    const files = Array.from({ length: aside }, (_, index) => read(`${path}.${aside - index}`));
    expect(`${files.join('')}${read(path)}`).toBe(printed.toString());
    for (const text of files) {
      expect(text.length).toBeLessThanOrEqual(512 * 1024);
      expect(text.endsWith('\n')).toBe(true);
    }
    expect(output.counts).toEqual({ lines: 60_000, bytes: printed.length, limited: 0, unwritten: 0 });
  });

  test('two pipes of one vassal do not tear the lines of one another', () => {
    const { output, say, texts } = outputTo({ kind: 'null' });
    const other = output.stream();
    say('on');
    other.bytes(Buffer.from('tw'));
    say('e\n');
    other.bytes(Buffer.from('o\n'));
    expect(texts()).toEqual(['one', 'two']);
  });

  test('another output goes on from its record and the rest of a line', () => {
    const { output, stream, say } = outputTo({ kind: 'null' });
    output.begin(4);
    say('one\ntw\xe9');
    const past = JSON.parse(JSON.stringify(output.record()));
    const rest = stream.rest();
    const log = new HeardLog();
    const parts = { log, native: new TestJournal() };
    const next = createVassalOutput('web', { kind: 'null' }, DEFAULT_MANNER, parts, past);
    next.stream(rest).bytes(Buffer.from('o\n'));
    expect(next.lines(9).map(({ text }) => text)).toEqual(['one', 'tw\xe9o']);
    expect(next.counts).toEqual({ lines: 2, bytes: 10, limited: 0, unwritten: 0 });
    expect(next.record().generation).toBe(4);
  });

  test('changes its target at once, and stays where it is when nothing changed', () => {
    const { native, say, output, log } = outputTo({ kind: 'journal' });
    say('one\n');
    output.retarget({ kind: 'journal' }, DEFAULT_MANNER);
    expect(native.closed).toBe(0);
    output.retarget(EMPEROR, DEFAULT_MANNER);
    say('two\n');
    expect(native.closed).toBe(1);
    expect(log.vassals).toEqual(['web> two\n']);
  });

  test('a directory in the place of the file is told', async () => {
    const path = join(tempDirectory(), 'logs');
    mkdirSync(path);
    const { log, say } = outputTo({ kind: 'file', path });
    say('one\n');
    await until('a warning', () => log.warnings.length > 0);
    expect(log.warnings[0]).toContain('a directory, not a regular file');
  });
});

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
