import { describe, expect, test } from 'vitest';
import type { DropIn } from '../../../src/config/vassal-config.ts';
import { passedFds, passedVariables } from '../../../src/plan/passed.ts';
import { located, vassalConfig } from '../../helpers/vassal-config.ts';

const UWSGI: DropIn = {
  configByPipe: false,
  text: undefined,
  before: [],
  after: [],
  gracefulStop: false,
  canBeTried: true,
};
const socket = (name: string) =>
  located({
    address: { kind: 'unix' as const, path: name },
    name,
    backlog: 100,
    mode: undefined,
    uid: undefined,
    gid: undefined,
  });
const targets = (config: ReturnType<typeof vassalConfig>) =>
  passedFds(config).map(({ fd, target }) => [fd.kind === 'socket' ? fd.index : fd.kind, target]);

test('a command gets nothing that it did not ask for', () => {
  expect(passedFds(vassalConfig())).toEqual([]);
  expect(passedVariables(vassalConfig())).toEqual([]);
});

test('sockets as systemd has them, then the pipe', () => {
  const config = vassalConfig({ sockets: [socket('/a'), socket('/b')], emperorPipe: true });
  expect(targets(config)).toEqual([
    [0, 3],
    [1, 4],
    ['emperor-pipe', 5],
  ]);
  expect(passedVariables(config)).toEqual([
    ['LISTEN_PID', 'self'],
    ['LISTEN_FDS', '2'],
    ['LISTEN_FDNAMES', '/a:/b'],
    ['UWSGI_EMPEROR_FD', '5'],
  ]);
});

describe('uWSGI', () => {
  const base = { emperorPipe: true, uwsgi: UWSGI };

  test('finds its first socket at 0, and is told of none by variables', () => {
    const config = vassalConfig({ ...base, sockets: [socket('/a'), socket('/b')], onDemand: true });
    expect(targets(config)).toEqual([
      [0, 0],
      [1, 3],
      ['emperor-pipe', 4],
    ]);
    expect(passedVariables(config)).toEqual([['UWSGI_EMPEROR_FD', '4']]);
  });

  test('without a file it gets a pipe for its text too', () => {
    const config = vassalConfig({ ...base, uwsgi: { ...UWSGI, configByPipe: true, text: 'x' } });
    expect(passedVariables(config)).toEqual([
      ['UWSGI_EMPEROR_FD', '3'],
      ['UWSGI_EMPEROR_FD_CONFIG', '4'],
    ]);
  });
});
