// `tsjail cleanup`: removes what a daemon left that was killed. A daemon that lives is left alone.
import { cleanUp, type Found } from '../emperor/leftovers.ts';
import { loadNative } from '../jail/native.ts';
import { ADDON_PATH } from '../system/paths.ts';
import type { Call } from './command.ts';
import { controlPath } from './daemon.ts';
import { EXIT } from './errors.ts';
import { printJson } from './json.ts';

export async function cleanup(call: Call): Promise<number> {
  const found = await cleanUp(controlPath(call), loadNative(ADDON_PATH));
  if (call.options.json) printJson(call.io.out, found);
  else call.io.err.write(`tsjail: ${wordsFor(found)}\n`);
  return EXIT.done;
}

function wordsFor(found: Found): string {
  if (found.kind === 'removed') return found.did;
  return found.kind === 'alive' ? `nothing to clean up: daemon ${found.pid} lives` : 'nothing to clean up';
}
