// The token, where its option says that it is in a file.
import { open } from 'node:fs/promises';
import { fitToken, type HttpToken } from '../../config/centre.ts';
import type { Located } from '../../config/origin.ts';
import { errnoWords } from '../../config/problems/errno.ts';
import { placeOf } from '../../config/problems/format.ts';

const MOST_BYTES = 4096;
const OTHERS = 0o004;

/** Throws an Error with the line of the config. */
export async function readToken(
  { value, at }: Located<HttpToken>,
  warn: (message: string) => void,
): Promise<string> {
  if (value.kind === 'word') return value.word;
  const what = `${placeOf(at)}: http-token: ${value.path}`;
  const { text, mode } = await read(value.path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${what}: ${errnoWords(error.code ?? error.message)}`);
  });
  const word = text.split('\n', 1)[0]?.trim() ?? '';
  const unfit = fitToken(word);
  if (unfit) throw new Error(`${what}: ${unfit.message}`);
  if (mode & OTHERS) warn(`${what}: everybody may read it: chmod 600`);
  return word;
}

async function read(path: string): Promise<{ text: string; mode: number }> {
  const file = await open(path);
  try {
    const { mode } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
    return { text: buffer.toString('utf8', 0, bytesRead), mode };
  } finally {
    await file.close();
  }
}
