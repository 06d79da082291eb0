// How the part about the command line is shown.
import { join } from 'node:path';
import { cli } from './cli.mjs';
import { table } from './numbers.mjs';

export async function commandLine({ mark }, directory) {
  const { commands, answer } = await cli(join(directory, 'cli'), mark);
  const [bare] = commands;
  const rows = commands.map(({ name, error, lastMs, endMs }) =>
    error
      ? [name, error, '', '', '']
      : [
          name,
          `${lastMs.toFixed(0)} ms`,
          `${endMs.toFixed(0)} ms`,
          `${(endMs - bare.endMs).toFixed(0)} ms`,
          (endMs / bare.endMs).toFixed(2),
        ],
  );
  const head = ['command', 'last byte', 'end', 'over bare Node', '× bare Node'];
  const cost =
    `GET /v1/vassals of a thousand: ${(answer.bytes / 1024).toFixed(0)} KiB after ${answer.ms.toFixed(0)} ms. ` +
    `It takes ${answer.loopMs.toFixed(1)} ms of processor time of the daemon's loop, and ${answer.allMs.toFixed(0)} ms of all its threads.`;
  return {
    title: 'The command line, with so many vassals in full jails',
    text: `${table(head, rows)}\n\n${cost}`,
  };
}
