// A command line in this very process: what it writes, and the exit code that main.ts would set.

import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { dispatch } from '../../../src/cli/dispatch.ts';
import { explain, OutputClosed } from '../../../src/cli/errors.ts';
import type { Output } from '../../../src/cli/io.ts';
import { serveControl } from '../../../src/control/server.ts';
import { doorSystem } from '../../helpers/door-system.ts';
import { FakeEmperor, NOW_SEC } from '../../helpers/fake-emperor.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

export interface World {
  /** Width of the terminal; undefined: stdout and stderr are none. */
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What has been written, while the command still runs. */
  readonly out?: CapturedOutput;
  readonly err?: CapturedOutput;
}

export interface End {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export class CapturedOutput implements Output {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  text = '';
  /** Nobody reads any more. */
  closed = false;

  constructor(columns?: number) {
    this.isTTY = columns !== undefined;
    this.columns = columns;
  }

  write(text: string): void {
    if (this.closed) throw new OutputClosed();
    this.text += text;
  }
}

export async function tsjail(argv: readonly string[], world: World = {}): Promise<End> {
  const out = world.out ?? new CapturedOutput(world.columns);
  const err = world.err ?? new CapturedOutput(world.columns);
  const io = { out, err, stdinIsTTY: false, env: world.env ?? {}, now: () => NOW_SEC * 1000 };
  let command: string | undefined;
  try {
    const code = await dispatch(argv, io, (name) => {
      command = name;
    });
    return { code, out: out.text, err: err.text };
  } catch (error) {
    const { code, text } = explain(error, command);
    err.write(text);
    return { code, out: out.text, err: err.text };
  }
}

export interface Daemon {
  readonly emperor: FakeEmperor;
  readonly control: string;
  readonly close: () => Promise<void>;
  /** `tsjail ARGV --control SOCKET`. */
  readonly ask: (argv: readonly string[], world?: World) => Promise<End>;
}

/** A control socket without a daemon behind it. */
export async function serve(
  emperor = new FakeEmperor(),
  peerUid = process.getuid?.() ?? 0,
  control = join(tempDirectory(), 'control.sock'),
): Promise<Daemon> {
  const server = await serveControl(emperor, {
    path: control,
    system: doorSystem(() => ({ pid: 1, uid: peerUid })),
    daemonUid: process.getuid?.() ?? 0,
  });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= server.close();
    return closed;
  };
  onTestFinished(close);
  const ask = (argv: readonly string[], world?: World) => tsjail([...argv, '--control', control], world);
  return { emperor, control, close, ask };
}
