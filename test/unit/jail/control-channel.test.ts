// What is said to a jail that does not hear it.
import { expect, test } from 'vitest';
import { ControlChannel } from '../../../src/jail/control-channel.ts';
import type { Native } from '../../../src/jail/native.ts';

function channel(code: string): ControlChannel {
  const send = () => {
    throw Object.assign(new Error(code), { code });
  };
  const handlers = { isTrusted: () => false, message: () => {}, held: undefined };
  return new ControlChannel({ send } as unknown as Native, 7, handlers);
}

test.each(['EPIPE', 'ECONNRESET', 'ENOBUFS', 'ENOMEM'])(
  '%s: the word is lost, and nobody is harmed',
  (code) => {
    expect(() => channel(code).tell('signal 15')).not.toThrow();
  },
);

test('what is a mistake of ours is not hidden', () => {
  expect(() => channel('EBADF').tell('signal 15')).toThrow('EBADF');
});
