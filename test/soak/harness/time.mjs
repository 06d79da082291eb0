// Pacing of storms, waiting with a deadline for what no event tells of, and how long things take.

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves with what `look` gave once it is true; else with the last of it when the time is over. */
export async function poll(look, deadlineMs, stepMs = 100) {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await look();
    if (value || performance.now() > end) return value;
    await sleep(stepMs);
  }
}

/** Calls `act` with its number `perSecond` times a second for `seconds`; what cannot keep up is not made up for. */
export async function forSeconds(seconds, perSecond, act) {
  const begun = performance.now();
  const end = begun + seconds * 1000;
  let count = 0;
  for (; performance.now() < end; count++) {
    await act(count);
    const due = begun + ((count + 1) * 1000) / perSecond;
    await sleep(Math.max(0, due - performance.now()));
  }
  return count;
}

export async function msOf(act) {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
}
