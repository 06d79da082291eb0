// The readers of single values: anything at all is a value within its bounds, or a reason why it is none.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  readCgroupFile,
  readCpuMax,
  readIoMax,
  readMemory,
  readPidsMax,
} from '../../../src/config/cgroup/values.ts';
import { readCron } from '../../../src/config/cron.ts';
import { readHook } from '../../../src/config/hooks/actions.ts';
import { readSocketAddress } from '../../../src/config/hooks/socket-address.ts';
import { readSetnsHook } from '../../../src/config/hooks/values.ts';
import { readCapabilities } from '../../../src/config/identity/capabilities.ts';
import { readIdRanges } from '../../../src/config/identity/id-values.ts';
import { readLimit } from '../../../src/config/limits.ts';
import { Bad } from '../../../src/config/problems/bad.ts';
import {
  readCommand,
  readDuration,
  readNamespaces,
  readOctal,
  readReload,
} from '../../../src/config/readers.ts';
import { readProfile } from '../../../src/config/seccomp/oci.ts';
import { readSignal } from '../../../src/config/signals.ts';
import { printAddress, readListenAddress } from '../../../src/config/sockets/address.ts';
import { nextTime } from '../../../src/emperor/cron-times.ts';
import { compileProfile } from '../../../src/plan/seccomp/compile.ts';
import { host } from '../config/helpers.ts';
import { inTime, PATIENCE_MS, runs } from './budget.ts';
import { damaged } from './damage.ts';

const HOST = { host: host() };
const LONGEST_MS = 2 ** 31 - 1;
const MOST_ID = 2 ** 32 - 2;
const NOW = Date.parse('2026-03-01');
/** Instructions that the kernel takes, of eight bytes (BPF_MAXINSNS). */
const MOST_FILTER = 4096 * 8;

interface Reader {
  readonly read: (text: string) => unknown;
  readonly good: readonly string[];
  /** Of what was read. */
  readonly holds?: (value: never) => void;
}

const PROFILE = {
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: 1,
  architectures: ['SCMP_ARCH_X86_64'],
  syscalls: [
    { names: ['read', 'write'], action: 'SCMP_ACT_ALLOW' },
    {
      names: ['personality'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: 8, valueTwo: 3, op: 'SCMP_CMP_MASKED_EQ' }],
    },
    { names: ['clone'], action: 'SCMP_ACT_ERRNO', errnoRet: 38, includes: { caps: ['CAP_SYS_ADMIN'] } },
  ],
};

const READERS: Readonly<Record<string, Reader>> = {
  duration: {
    read: (text) => readDuration(text, 's', { range: undefined }),
    good: ['10', '500ms', '1.5s', '3m', '1h', '24d', '596h'],
    holds: (ms: number) => {
      expect(Number.isSafeInteger(ms)).toBe(true);
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThanOrEqual(LONGEST_MS);
    },
  },
  memory: {
    read: (text) => readMemory(text, HOST),
    good: ['64M', '1.5G', 'max', '50%', '4096', '16E'],
    holds: (text: string) => expect(text).toMatch(/^(max|\d{1,20})$/),
  },
  cpu: { read: readCpuMax, good: ['50%', '200% 10ms', 'max', '50000 100000', '1.5'] },
  pids: { read: readPidsMax, good: ['max', '10', '4194304'] },
  io: { read: readIoMax, good: ['8:0 rbps=1M wiops=10', '/dev/sda rbps=max', '8:0 rbps=1048576'] },
  'a file of a cgroup': { read: readCgroupFile, good: ['memory.max=1', 'pids.max=max', 'cpu.weight = 3'] },
  cron: {
    read: readCron,
    good: ['* * * * *', '*/5 1-3 * jan-mar mon', '@hourly', '0 0 29 2 0', '0 0 31 2 *'],
    holds: (cron: never) => {
      const next = nextTime(cron, NOW);
      if (next !== undefined) expect(next).toBeGreaterThan(NOW);
    },
  },
  signal: {
    read: readSignal,
    good: ['TERM', 'SIGHUP', '9', 'RTMIN+3', 'rtmax-1', '64'],
    holds: (signal: number) => expect(signal >= 1 && signal <= 64 && Number.isInteger(signal)).toBe(true),
  },
  capabilities: {
    read: (text) => readCapabilities(text, HOST),
    good: ['net_bind_service,chown', 'CAP_SYS_ADMIN', 'all', '12 13'],
  },
  'a map of ids': {
    read: readIdRanges,
    good: ['0 100000 65536', '0:1000:1,1:100000:65535', '0 0 4294967295'],
    holds: (ranges: readonly { inside: number; outside: number; count: number }[]) => {
      for (const { inside, outside, count } of ranges) {
        expect(count).toBeGreaterThan(0);
        expect(Math.max(inside, outside) + count - 1).toBeLessThanOrEqual(MOST_ID);
      }
    },
  },
  limit: {
    read: (text) => readLimit(text, { name: 'limit-nofile' }),
    good: ['10', '10:20', 'unlimited', '64K', '1.5M:max', '0:0'],
  },
  octal: { read: readOctal, good: ['022', '0777', '7777', '0o22'] },
  namespaces: { read: readNamespaces, good: ['fs,net', 'none', 'fs|pid', 'mnt ipc'] },
  reload: { read: readReload, good: ['restart', 'signal:HUP', 'overlap', 'none'] },
  command: { read: readCommand, good: ['sh -c "a b"', "echo 'x' \\y", 'a "b\\"c" d'] },
  hook: {
    read: (text) => readHook(text),
    good: [
      'mount:tmpfs none /mnt nosuid size=1m',
      'umount:/mnt rec,detach',
      'exec:a; b',
      'writen:/f text',
      'chmod:/f 600',
      'chown:/f nobody nogroup',
      'wait_for_socket:127.0.0.1:80',
      'wait_for_file:/f',
      'putenv:A=b',
      'hostname:x',
      'setns:/run/netns/x',
      'mkdir:/a/b',
    ],
  },
  'a hook in other namespaces': { read: readSetnsHook, good: ['net exec:true', 'mnt,net mount:none / none'] },
  'an address': {
    read: readSocketAddress,
    good: ['127.0.0.1:80', ':8080', '[::1]:80', '[fe80::1]:443', '/a/b', '@a', '[::ffff:1.2.3.4]:1'],
    holds: (hex: string) => {
      expect(hex).toMatch(/^([0-9a-f]{2})+$/);
      // sockaddr_storage.
      expect(hex.length / 2).toBeLessThanOrEqual(128);
    },
  },
  'a profile of seccomp': {
    read: (text) => readProfile(text, { machine: 'x64', has: 'all' }),
    good: [
      JSON.stringify(PROFILE),
      JSON.stringify({ linux: { seccomp: PROFILE } }),
      '{"defaultAction":"SCMP_ACT_ALLOW"}',
    ],
    holds: (profile: never) => expect(compileProfile(profile, 'x64').length).toBeLessThanOrEqual(MOST_FILTER),
  },
};

describe.each(Object.entries(READERS))('%s', (_name, { read, good, holds }) => {
  test(
    'anything is a value or a reason',
    () => {
      const text = fc.oneof(
        { weight: 4, arbitrary: damaged(good) },
        { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
      );
      fc.assert(
        fc.property(text, (written) => {
          const value = inTime(() => read(written));
          if (value instanceof Bad) expect(value.message.length).toBeGreaterThan(0);
          else holds?.(value as never);
        }),
        runs(200),
      );
    },
    PATIENCE_MS,
  );

  test(
    'at its longest it is as quick',
    () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...good),
          fc.constantFrom(' ', '0', 'a', ',', '"', '\\', '-', '[', ':', '('),
          (text, letter) => {
            for (const written of [
              letter.repeat(50_000),
              text + letter.repeat(50_000),
              `${letter.repeat(50_000)}${text}`,
              `${text}${letter}`.repeat(3000),
            ])
              inTime(() => read(written));
          },
        ),
        runs(3),
      );
    },
    PATIENCE_MS,
  );
});

test(
  'an address that is listened on is printed as it can be read',
  () => {
    const good = ['127.0.0.1:80', ':8080', '[::1]:80', '/run/a.sock', '@abstract', 'a.sock'];
    fc.assert(
      fc.property(damaged(good), (text) => {
        const address = readListenAddress(text, '/base');
        if (address instanceof Bad) return;
        const again = readListenAddress(printAddress(address), '/base');
        expect(again).toEqual(address);
      }),
      runs(1000),
    );
  },
  PATIENCE_MS,
);
