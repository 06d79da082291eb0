// Failed calls of node:fs in words: `EACCES: permission denied`.

/** Node's message without the call and the path, which the reader of the line knows already. */
export function errnoWords(error: unknown): string {
  const { message } = error as Error;
  const end = message.indexOf(', ');
  return end < 0 ? message : message.slice(0, end);
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

/** There is nothing by that name. */
export function isAbsence(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

/** Ours or the machine's lack, not the file's fault: it may go well the next time. */
export function isScarcity(error: unknown): boolean {
  return ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR'].includes(codeOf(error));
}
