import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Complaints } from '../../../src/control/commands/complaints.ts';
import { readPacket } from '../../../src/control/commands/packet.ts';
import { Receiver } from '../../../src/control/commands/receiver.ts';
import { FakeImperial, facts, packet } from '../../helpers/imperial.ts';
import { until } from '../../helpers/until.ts';

function receiver(imperial = new FakeImperial(facts(), facts({ name: 'api', id: '/srv/api.ini' }))) {
  const told: string[] = [];
  const log = (level: string, message: string, vassal: string) => told.push(`${level} ${vassal}: ${message}`);
  const made = new Receiver({ imperial, log }, '/run/cmd');
  const take = (data: Buffer, changes: { cut?: boolean; permitted?: boolean } = {}) =>
    made.take({ data, cut: false, who: 'uid 0, pid 7', permitted: true, ...changes });
  return { imperial, told, take };
}

describe('a packet', () => {
  test('says command, vassal and message', () => {
    expect(readPacket(packet('cmd', 'log', 'vassal', 'web.ini', 'msg', 'hé'))).toEqual({
      command: 'log',
      vassal: 'web.ini',
      message: 'hé',
    });
  });

  test('may have other keys, and the last of one counts', () => {
    const data = packet('x', '1', 'cmd', 'stop', 'constructor', 'y', 'command', 'spawn', 'vassal', '');
    expect(readPacket(data)).toEqual({ command: 'spawn', vassal: '', message: '' });
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a header', Buffer.alloc(4)],
    ['no command', packet('vassal', 'web')],
    ['an empty command', packet('cmd', '')],
    ['half a length', Buffer.concat([packet('cmd', 'stop'), Buffer.of(1)])],
    ['a key without a value', packet('cmd', 'stop', 'vassal')],
    ['a value that is longer than all', packet('cmd', 'stop').subarray(0, -1)],
    ['no text', Buffer.concat([packet('cmd'), Buffer.of(1, 0, 0xff)])],
  ])('is none: %s', (_what, data) => {
    expect(readPacket(data)).toBeUndefined();
  });

  test('of any bytes at all throws nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), (data) => {
        const read = readPacket(data);
        expect(read === undefined || read.command.length > 0).toBe(true);
      }),
    );
  });
});

describe('commands', () => {
  test.each([
    ['spawn', 'web', 'start web'],
    ['respawn', 'web.ini', 'restart web'],
    ['stop', '/srv/api.ini', 'stop api'],
    ['stop', '/etc/vassals/web.ini', 'stop web'],
  ])('%s %s', async (command, name, done) => {
    const { imperial, told, take } = receiver();
    take(packet('cmd', command, 'vassal', name));
    await until('it is done', () => imperial.done.length > 0);
    expect(imperial.done).toEqual([done]);
    expect(told).toEqual([`info ${done.split(' ')[1]}: command ${command}: asked for by uid 0, pid 7`]);
  });

  test('log: among the lines of the vassal, or in the log of the daemon', () => {
    const { imperial, told, take } = receiver();
    take(packet('cmd', 'log', 'vassal', 'web.ini', 'msg', 'hello'));
    take(packet('cmd', 'log', 'msg', 'hello'));
    const said = 'hello (said by uid 0, pid 7)';
    expect(imperial.done).toEqual([`note web: ${said}`, `note undefined: ${said}`]);
    expect(told).toEqual([]);
  });

  test.each([
    [packet('cmd', 'span', 'vassal', 'web'), '`span`: did you mean spawn?'],
    [packet('cmd', 'toString', 'vassal', 'web'), '`toString` is none of spawn, respawn, stop, log'],
    [packet('cmd', 'stop'), 'stop without a vassal'],
    [packet('cmd', 'stop', 'vassal', 'wob'), 'stop: no vassal `wob`'],
  ])('that cannot be carried out are told of', (data, message) => {
    const { imperial, told, take } = receiver();
    take(data);
    expect(told).toEqual([`warn : command socket /run/cmd: ${message}; asked for by uid 0, pid 7`]);
    expect(imperial.done).toEqual([]);
  });

  test('that fail are told of', async () => {
    const { imperial, told, take } = receiver();
    imperial.answer = async () => ({
      name: 'web',
      ok: false,
      state: 'backoff',
      message: 'exited with code 3',
    });
    take(packet('cmd', 'spawn', 'vassal', 'web'));
    await until('it is told', () => told.length === 2);
    expect(told[1]).toBe('warn web: command spawn: exited with code 3');
  });

  test('from others are refused, what is malformed is dropped, and many such make one line', () => {
    const { imperial, told, take } = receiver();
    for (let i = 0; i < 1000; i++) {
      take(packet('cmd', 'stop', 'vassal', 'web'), { permitted: false });
      take(Buffer.from('garbage'));
      take(packet('cmd', 'stop', 'vassal', 'web'), { cut: true });
    }
    expect(imperial.done).toEqual([]);
    expect(told).toEqual(['warn : command socket /run/cmd: refused: uid 0, pid 7 may give no commands']);
  });

  test('that never come to an end are bounded', () => {
    const { imperial, told, take } = receiver();
    imperial.answer = () => new Promise(() => {});
    for (let i = 0; i < 500; i++) take(packet('cmd', 'respawn', 'vassal', 'web'));
    expect(imperial.done.length).toBe(64);
    expect(told.at(-1)).toContain('too many commands at once');
  });

  test('an empty datagram is nobody', () => {
    const { told, take } = receiver();
    take(Buffer.alloc(0));
    expect(told).toEqual([]);
  });
});

test('complaints: the next one says how many were not told', async () => {
  const told: string[] = [];
  const complaints = new Complaints((message) => told.push(message), 30);
  for (let i = 0; i < 5; i++) complaints.about('a');
  await until('they may be told again', () => {
    complaints.about('b');
    return told.length === 2;
  });
  expect(told[0]).toBe('a');
  expect(told[1]).toMatch(/^b; \d+ more like it before$/);
});
