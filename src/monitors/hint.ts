// The only import of chokidar: tells at once which entry of a directory something happened to. It may be wrong, late or
// silent; what is really there, a scan finds out.
import { basename } from 'node:path';
import { FSWatcher } from 'chokidar';

export interface DirectoryEvents {
  /** Something happened to this entry; null: to the directory itself, or nobody knows to what. */
  readonly hint: (entry: string | null) => void;
  readonly failed: (error: NodeJS.ErrnoException) => void;
}

export interface DirectoryWatch {
  /** What happens after this is hinted at, unless it failed. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

export type WatchDirectory = (directory: string, events: DirectoryEvents) => DirectoryWatch;

/**
 * chokidar without its own reading of the directory: at 10 000 files that takes a second and 10 000 watches to begin with, then
 * a third of a second for every change. What is left is one inotify watch, whose events come out as `raw`.
 */
class BareWatcher extends FSWatcher {
  override _throttle(...[type, path, timeout]: Parameters<FSWatcher['_throttle']>) {
    return type === 'readdir' ? false : super._throttle(type, path, timeout);
  }
}

export const watchDirectory: WatchDirectory = (directory, events) => {
  // Not `persistent`: chokidar shares the watches of those between all watchers by path, so that one of them could never
  // be rid of the watch on a directory that another has replaced.
  const watcher = new BareWatcher({ persistent: false, depth: 0, ignoreInitial: true, atomic: false });
  // First of all: an error that nobody listens to is thrown.
  watcher.on('error', (error) => events.failed(error as NodeJS.ErrnoException));
  watcher.on('raw', (_event, entry, details) => events.hint(entryOf(directory, entry, details)));
  const { promise, resolve } = deferred();
  watcher.on('ready', resolve);
  watcher.add(directory);
  return {
    ready: promise,
    close: () => {
      resolve();
      return watcher.close();
    },
  };
};

/** libuv names the directory itself by its own base name. Where a directory vanishes, chokidar watches another one. */
function entryOf(directory: string, entry: string | null, details: unknown): string | null {
  const { watchedPath } = details as { watchedPath?: string };
  return watchedPath === directory && entry !== basename(directory) ? entry : null;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
