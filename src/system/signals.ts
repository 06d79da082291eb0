// What each signal means to the daemon: one table.

export type DaemonAction = 'stop' | 'reload' | 'status' | 're-exec' | 'clear-backoff' | 'rescan';

export const DAEMON_SIGNALS: Readonly<Partial<Record<NodeJS.Signals, DaemonAction>>> = {
  SIGTERM: 'stop',
  SIGINT: 'stop',
  SIGQUIT: 'stop',
  SIGHUP: 'reload',
  SIGUSR1: 'status',
  SIGUSR2: 're-exec',
  SIGURG: 'clear-backoff',
  SIGWINCH: 'rescan',
};

/** Installs a handler for every signal of the table; gives the way to take them back. */
export function onDaemonSignal(handle: (action: DaemonAction, signal: NodeJS.Signals) => void): () => void {
  const installed = Object.entries(DAEMON_SIGNALS).map(([name, action]) => {
    const signal = name as NodeJS.Signals;
    const listener = () => handle(action, signal);
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const takeBack of installed) takeBack();
  };
}
