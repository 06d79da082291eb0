// Signals that come while the daemon's modules are being loaded: none is lost, none kills by default.
import { onDaemonSignal } from '../system/signals.ts';

/** Gives the way to end this: what came is sent again, to the handlers that are there by then. */
export function holdSignals(): () => void {
  const held: NodeJS.Signals[] = [];
  const takeBack = onDaemonSignal((_action, signal) => held.push(signal));
  return () => {
    takeBack();
    for (const signal of held) process.kill(process.pid, signal);
  };
}
