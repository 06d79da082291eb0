// `socket` and what belongs to it: addresses, what may stand behind them, and vassals on demand.
import { describe, expect, test } from 'vitest';
import { Bad } from '../../../src/config/problems/bad.ts';
import { printAddress, readListenAddress } from '../../../src/config/sockets/address.ts';
import { ANNA, config, emperor, parse, shown, WEB, wrong } from './helpers.ts';

const DIRECTORY = '/etc/tsjail/vassals';
const ON_DEMAND = '`on-demand` needs a `socket` to wait on';

describe('addresses', () => {
  test.each([
    ['127.0.0.1:80', '127.0.0.1:80'],
    [':8080', '0.0.0.0:8080'],
    ['*:65535', '0.0.0.0:65535'],
    ['[::1]:80', '[::1]:80'],
    ['[0:0:0::0]:80', '[::]:80'],
    ['[2001:DB8:0:0:0:0:0:1]:443', '[2001:db8::1]:443'],
    ['/run/web.sock', '/run/web.sock'],
    ['/run//a/../web.sock', '/run/web.sock'],
    ['@web', '@web'],
  ])('%s is %s', (text, printed) => {
    const address = readListenAddress(text, DIRECTORY);
    expect(address instanceof Bad ? address.message : printAddress(address)).toBe(printed);
  });

  test.each([
    ['8080', 'not an address', '127.0.0.1:8080'],
    ['localhost:80', 'names are not looked up', '127.0.0.1:80'],
    ['example.org:80', 'names are not looked up', undefined],
    ['127.0.0.1', 'not an address', undefined],
    ['127.0.0.1:0', 'is not a port', undefined],
    [':65536', 'is not a port', undefined],
    ['[127.0.0.1]:80', 'brackets are for IPv6', '127.0.0.1:80'],
    ['2001:db8::1:80', 'not an address', '[2001:db8::1]:80'],
    ['[fe80::1%eth0]:80', 'one interface', undefined],
    ['[::g]:80', 'not an IPv6 address', undefined],
    ['unix:/run/web.sock', 'not an address', '/run/web.sock'],
    ['tcp://127.0.0.1:80', 'not an address', '127.0.0.1:80'],
    ['web.sock', 'not an address', `${DIRECTORY}/web.sock`],
    ['run/web', 'not an address', `${DIRECTORY}/run/web`],
    ['/run/', 'is a directory', undefined],
    ['@', 'which name', undefined],
    [`/${'x'.repeat(107)}`, 'at most 107 bytes', undefined],
    [`@${'ü'.repeat(54)}`, 'at most 107 bytes', undefined],
  ])('%s: %s', (text, message, suggestion) => {
    const bad = readListenAddress(text, DIRECTORY) as Bad;
    expect(bad).toBeInstanceOf(Bad);
    expect(bad.message).toContain(message);
    expect(bad.options.suggestion).toBe(suggestion);
  });
});

describe('socket', () => {
  const socket = (...lines: string[]) => config(lines).sockets.map(({ value }) => value);

  test('by itself: for everybody, under the name of the vassal', () => {
    expect(socket('socket = /run/web.sock', 'socket = :80')).toEqual([
      {
        address: { kind: 'unix', path: '/run/web.sock' },
        ...{ name: 'web', backlog: 4096, mode: 0o666, uid: undefined, gid: undefined },
      },
      {
        address: { kind: 'inet', host: '0.0.0.0', port: 80 },
        ...{ name: 'web', backlog: 4096, mode: undefined, uid: undefined, gid: undefined },
      },
    ]);
  });

  test('with all that may stand behind it', () => {
    expect(
      socket('socket = /run/a b.sock  mode=0660 owner=www-data:adm backlog=7 name=front')[0],
    ).toMatchObject({
      address: { path: '/run/a b.sock' },
      ...{ mode: 0o660, uid: 33, gid: 4, backlog: 7, name: 'front' },
    });
    expect(socket('socket = /run/a owner=:adm')[0]).toMatchObject({ uid: undefined, gid: 4 });
    expect(socket('socket = /run/a owner=1234')[0]).toMatchObject({ uid: 1234, gid: undefined });
  });

  test("uWSGI's options are for those that do not say otherwise", () => {
    const all = ['chmod-socket = 600', 'chown-socket = anna:anna', 'listen = 9'];
    const [one, other, inet] = socket(...all, 'socket = /a', 'socket = /b mode=644 owner=0', 'socket = :1');
    expect(one).toMatchObject({ mode: 0o600, uid: 1000, gid: 1000, backlog: 9 });
    expect(other).toMatchObject({ mode: 0o644, uid: 0, gid: undefined, backlog: 9 });
    expect(inet).toMatchObject({ mode: undefined, uid: undefined, backlog: 9 });
    expect(socket('chmod-socket', 'socket = /a')[0]).toMatchObject({ mode: 0o666 });
  });

  test.each([
    [
      'socket = 8080',
      '2:10-14 bad-value: `8080` is not an address: HOST:PORT, :PORT, [IPv6]:PORT, /PATH or @NAME; did you mean `127.0.0.1:8080`?',
    ],
    [
      'socket = localhost:80 backlog=1',
      '2:10-22 bad-value: `localhost` is not an IP address: names are not looked up here; did you mean `127.0.0.1:80`?',
    ],
    [
      'socket = /a mod=660',
      '2:13-20 bad-value: `mod=660` is none of mode=, owner=, backlog=, name=; did you mean `mode=660`?',
    ],
    ['socket = /a mode=rw', '2:13-20 bad-value: `rw` is not a mode such as 0660'],
    ['socket = /a mode=', '2:13-18 bad-value: `` is not a mode such as 0660'],
    [
      'socket = /a owner=www-dat:adm',
      '2:13-30 unknown-user: unknown user `www-dat`; did you mean `owner=www-data:adm`?',
    ],
    [
      'socket = /a owner=root:admm',
      '2:13-28 unknown-group: unknown group `admm`; did you mean `owner=root:adm`?',
    ],
    ['socket = /a owner=', '2:13-19 bad-value: `` is not USER, USER:GROUP or :GROUP'],
    ['socket = /a name=a:b', '2:13-21 bad-value: `a:b` is not a name: printable ASCII without `:`'],
    ['socket = /a name=a name=b', '2:20-26 bad-value: a second `name=`'],
    ['socket = /a backlog=0', '2:13-22 bad-value: `0` is not a number of waiting connections: 1 or more'],
    ['socket = :80 mode=660', '2:14-22 bad-value: `mode=` is for a path: this address is none'],
    ['socket = @a owner=root', '2:13-23 bad-value: `owner=` is for a path: this address is none'],
    ['chown-socket = anna', '2:16-20 !no-effect: there is no `socket` with a path'],
    ['on-demand', `2:1-10 contradiction: ${ON_DEMAND}`],
    [
      'idle-timeout = 3',
      '2:16-17 contradiction: `idle-timeout` is for `on-demand`: nobody would start it again',
    ],
  ])('%s', (line, problem) => {
    expect(wrong([line])).toEqual([problem]);
  });

  test('the same address twice', () => {
    expect(wrong(['socket = /run/a', 'socket = /run/./a'])).toEqual([
      '3:10-18 contradiction: line 2 has /run/a already',
    ]);
  });

  test('an ordinary user: low ports and owners are for root', () => {
    const facts = { ...ANNA, lowestPort: 1024 };
    expect(wrong(['socket = :80'], { facts })).toEqual([
      '2:10-13 needs-root: port 80 needs root or CAP_NET_BIND_SERVICE: others may bind from 1024 on',
    ]);
    expect(wrong(['socket = /a owner=www-data'], { facts })).toEqual([
      '2:10-27 needs-root: to give a socket to another user needs root',
    ]);
    expect(wrong(['socket = :1024', 'socket = /a owner=anna'], { facts })).toEqual([]);
    expect(wrong(['socket = :80'], { facts: ANNA })).toEqual([]);
  });

  test('a name for LISTEN_FDNAMES has no colon', () => {
    expect(config(['socket = :80'], { input: { name: 'a:b ü' } }).sockets[0]?.value.name).toBe('a_b__');
  });
});

describe('on demand', () => {
  test('of its own', () => {
    expect(config(['socket = :80', 'on-demand', 'idle-timeout = 5m'])).toMatchObject({
      onDemand: true,
      idleTimeoutMs: 300_000,
    });
  });

  const defaults = (...lines: string[]) => {
    const { config: parsed } = emperor(lines);
    return { onDemand: parsed?.vassalDefaults.onDemand };
  };
  const waitsOn = (settings: Parameters<typeof config>[1]) => {
    const { onDemand, sockets } = config(['socket = :1'], settings);
    return [onDemand, ...sockets.map(({ value }) => printAddress(value.address))];
  };

  test('by a file beside its own: its first line; without the file it is started as any other', () => {
    const ext = defaults('emperor-on-demand-ext = .socket');
    const files = { [`${WEB}.socket`]: '127.0.0.1:3031\nmore\n' };
    expect(waitsOn({ defaults: ext, files })).toEqual([true, '127.0.0.1:3031', '0.0.0.0:1']);
    expect(waitsOn({ defaults: ext })).toEqual([false, '0.0.0.0:1']);
    expect(waitsOn({ defaults: ext, files: { [`${WEB}.socket`]: '\n' } })).toEqual([false, '0.0.0.0:1']);
    const bad = parse('[vassal]\ncommand = x', { defaults: ext, files: { [`${WEB}.socket`]: 'x.sock' } });
    expect(shown(bad.problems)[0]).toMatch(
      /^\/etc\/tsjail\/vassals\/web.ini.socket:1:1 bad-value: .*did you mean `\/etc\/tsjail\/vassals\/x.sock`/,
    );
    expect(bad.files).toContain(`${WEB}.socket`);
  });

  test('by its name in a directory', () => {
    expect(waitsOn({ defaults: defaults('emperor-on-demand-directory = /run/sleep') })).toEqual([
      true,
      '/run/sleep/web.socket',
      '0.0.0.0:1',
    ]);
  });

  test('on an address that it has itself: that is one socket, and the first', () => {
    const lines = ['socket = :1', 'socket = /run/sleep/web.socket mode=600'];
    const { sockets } = config(lines, { defaults: defaults('emperor-on-demand-directory = /run/sleep') });
    expect(sockets.map(({ value }) => [printAddress(value.address), value.mode])).toEqual([
      ['/run/sleep/web.socket', 0o600],
      ['0.0.0.0:1', undefined],
    ]);
  });

  test('by what a program says', () => {
    const exec = defaults('emperor-on-demand-exec = where');
    const key = 'exec://["where","web.ini","/etc/tsjail/vassals"]';
    expect(waitsOn({ defaults: exec, files: { [key]: '@web' } })).toEqual([true, '@web', '0.0.0.0:1']);
    expect(waitsOn({ defaults: exec, files: { [key]: '' } })).toEqual([false, '0.0.0.0:1']);
    const failed = parse('[vassal]\ncommand = x', {
      defaults: exec,
      files: { [key]: { failure: 'where: no' } },
    });
    expect(shown(failed.problems)).toEqual([
      '/etc/tsjail/emperor.ini:2:1 on-demand: emperor-on-demand-exec: where: no',
    ]);
    // It is no file to watch.
    expect(failed.files).toEqual([]);
  });
});
