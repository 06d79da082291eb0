// Children that came to the daemon because their init died (prctl(2), PR_SET_CHILD_SUBREAPER): dead ones are reaped, live
// ones belong to a jail that is over and are ended.

export interface OrphanCalls {
  reapOrphans(): number[];
  listOrphans(): number[];
}

/** Gives the sweep that ends every orphan there is at its call. Children that the process already had when it became
 *  tsjail (a shell's, before `exec tsjail`) are not its own and stay. */
export function orphanSweep(calls: OrphanCalls): () => void {
  const inherited = new Set(calls.listOrphans());
  return () => {
    calls.reapOrphans();
    for (const pid of calls.listOrphans()) if (!inherited.has(pid)) kill(pid);
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
