#!/usr/bin/env node
// The `tsjail` command: the one place that prints errors and ends the process.
import { dispatch } from './cli/dispatch.ts';
import { explain } from './cli/errors.ts';
import { endAfterHangUp } from './cli/hang-up.ts';
import { processIo } from './cli/io.ts';

endAfterHangUp();
const io = processIo();
let command: string | undefined;

/** Streams may still be open: the process does not wait for them. */
function fail(error: unknown): never {
  const { code, text } = explain(error, command);
  io.err.write(text);
  process.exit(code);
}

process.on('uncaughtException', fail);
dispatch(process.argv.slice(2), io, (name) => {
  command = name;
}).then((code) => {
  process.exitCode = code;
}, fail);
