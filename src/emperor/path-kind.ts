// What is at a path, as far as a start depends on it.
import { stat } from 'node:fs/promises';

export type Kind = 'program' | 'file' | 'directory' | 'nothing' | 'forbidden' | 'unknown';

const ANY_EXECUTE = 0o111;

export async function kindOf(path: string): Promise<Kind> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'directory';
    return found.isFile() && (found.mode & ANY_EXECUTE) !== 0 ? 'program' : 'file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') return 'forbidden';
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'nothing' : 'unknown';
  }
}
