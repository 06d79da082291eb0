// Runs a part of a test without root's rights, which no permission stops.

const NOBODY = 65534;

/** Within asNobody(): root again for a moment. */
export function asRoot(run: () => void): void {
  const uid = process.geteuid?.() ?? 0;
  if (process.getuid?.() === 0) process.seteuid?.(0);
  try {
    run();
  } finally {
    if (process.getuid?.() === 0) process.seteuid?.(uid);
  }
}

export async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return run();
  process.seteuid?.(NOBODY);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}
