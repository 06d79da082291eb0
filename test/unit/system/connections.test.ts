// The kernel's tables of connections, as they look.
import { expect, test } from 'vitest';
import { countInet, countUnix } from '../../../src/system/connections.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const row = (local: string, state: string) =>
  `   0: ${local} 0100007F:9C42 ${state} 00000000:00000000 00:00000000 00000000     0        0 12345 1`;
const table = (...rows: string[]) => [HEAD, ...rows, ''].join('\n');

test('IPv4: at that port, at that address or at all', () => {
  const tcp = table(
    row('0100007F:1F90', '0A'),
    row('0100007F:1F90', '01'),
    row('0200007F:1F90', '08'),
    row('0100007F:1F90', '06'),
    row('0100007F:1F91', '01'),
  );
  expect(countInet(tcp, { kind: 'inet', host: '127.0.0.1', port: 8080 })).toBe(1);
  expect(countInet(tcp, { kind: 'inet', host: '0.0.0.0', port: 8080 })).toBe(2);
  expect(countInet(tcp, { kind: 'inet', host: '127.0.0.1', port: 8082 })).toBe(0);
});

test('IPv6', () => {
  const tcp6 = table(
    row('00000000000000000000000001000000:0050', '01'),
    row('00000000000000000000000000000000:0050', '0A'),
    row('B80D0120000000000000000001000000:0050', '03'),
  );
  expect(countInet(tcp6, { kind: 'inet', host: '::1', port: 80 })).toBe(1);
  expect(countInet(tcp6, { kind: 'inet', host: '2001:db8::1', port: 80 })).toBe(1);
  expect(countInet(tcp6, { kind: 'inet', host: '::', port: 80 })).toBe(2);
});

test('unix: accepted ones and those that wait, not who listens', () => {
  const unix = [
    'Num       RefCount Protocol Flags    Type St Inode Path',
    '0000000000000000: 00000002 00000000 00010000 0001 01 4711 /run/a b.sock',
    '0000000000000000: 00000003 00000000 00000000 0001 03 4712 /run/a b.sock',
    '0000000000000000: 00000002 00000000 00000000 0001 02     0 /run/a b.sock',
    '0000000000000000: 00000003 00000000 00000000 0001 03 4713 @a',
    '0000000000000000: 00000003 00000000 00000000 0001 03 4714',
    '',
  ].join('\n');
  expect(countUnix(unix, '/run/a b.sock')).toBe(2);
  expect(countUnix(unix, '@a')).toBe(1);
  expect(countUnix(unix, '/run/a')).toBe(0);
});
