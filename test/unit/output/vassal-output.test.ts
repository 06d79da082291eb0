import { mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LogTarget } from '../../../src/config/vassal-config.ts';
import type { DaemonLog } from '../../../src/output/daemon-log.ts';
import type { JournalSystem } from '../../../src/output/journal-port.ts';
import { createVassalOutput } from '../../../src/output/vassal-output.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { until } from '../../helpers/until.ts';

class HeardLog implements DaemonLog {
  readonly vassals: string[] = [];
  readonly warnings: string[] = [];
  info(): void {}
  error(): void {}
  reopen(): void {}
  warn(message: string, vassal?: string): void {
    this.warnings.push(`${vassal}: ${message}`);
  }
  vassal(name: string, text: string): void {
    this.vassals.push(`${name}> ${text}`);
  }
}

/** A journal that takes `room` bytes at a time. */
class TestJournal implements JournalSystem {
  said = '';
  room = Number.POSITIVE_INFINITY;
  closed = 0;
  #ready: ((events: number) => void) | undefined;
  connectUnix(path: string): number {
    expect(path).toBe('/run/systemd/journal/stdout');
    return 7;
  }
  write(_fd: number, data: Uint8Array): number {
    const written = Math.min(this.room, data.length);
    this.room -= written;
    this.said += Buffer.from(data.subarray(0, written)).toString();
    return written > 0 ? written : -1;
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
  drain(): void {
    this.room = Number.POSITIVE_INFINITY;
    this.#ready?.(4);
  }
}

const EMPEROR: LogTarget = { kind: 'emperor' };

function outputTo(target: LogTarget) {
  const log = new HeardLog();
  const native = new TestJournal();
  const output = createVassalOutput('web', target, { log, native });
  const say = (text: string) => output.bytes(Buffer.from(text));
  const texts = (count = 100) => output.lines(count).map((line) => line.text);
  return { output, log, native, say, texts };
}

describe('createVassalOutput', () => {
  test('keeps lines, gives them to the daemon log, escapes them', () => {
    const { output, log, say, texts } = outputTo(EMPEROR);
    say('one\ntw');
    say('o\x1b[1m\nunfini');
    expect(texts()).toEqual(['one', 'two\\x1b[1m']);
    output.flush();
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
    const { output, say } = outputTo({ kind: 'file', path });
    say('one\nunfinished');
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
    expect(log.warnings[0]).toMatch(/^web: log file .*web\.log: ELOOP/);
    expect(texts()).toEqual(['one', expect.stringContaining('ELOOP'), 'two']);
    expect(read(join(directory, 'precious'))).toBe('');
  });

  test('a full disk is one warning, and the lines are kept in memory', async () => {
    const { log, say, texts } = outputTo({ kind: 'file', path: '/dev/full' });
    say('one\n');
    await until('a warning', () => log.warnings.length > 0);
    for (let line = 0; line < 100; line++) say('more\n');
    expect(log.warnings).toHaveLength(1);
    expect(log.warnings[0]).toContain('ENOSPC');
    expect(texts()).toHaveLength(100);
  });

  test('speaks to the journal under the name of the vassal, and waits when it is full', () => {
    const { native, say, output } = outputTo({ kind: 'journal' });
    say('one\n');
    expect(native.said).toBe('web\n\n6\n0\n0\n0\n0\none\n');
    native.room = 2;
    say('two\n');
    say('three\n');
    expect(native.said).toMatch(/one\ntw$/);
    native.drain();
    expect(native.said).toMatch(/one\ntwo\nthree\n$/);
    output.close();
    expect(native.closed).toBe(1);
  });

  test('changes its target at once, and stays where it is when nothing changed', () => {
    const { native, say, output, log } = outputTo({ kind: 'journal' });
    say('one\n');
    output.retarget({ kind: 'journal' });
    expect(native.closed).toBe(0);
    output.retarget(EMPEROR);
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
    expect(log.warnings[0]).toContain('EISDIR');
  });
});

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
