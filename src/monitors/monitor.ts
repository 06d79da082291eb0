// What a source of vassal configs is: something that tells the current set of texts, and when it changed. It may be a directory,
// or a store that many machines share and that has no files: then `path` is any absolute path that is the config's alone (it is what
// messages name, and `%d` its directory), `directory` one of this machine, and `identity` empty unless rows can be renamed.

/** What a monitor knows of one config: enough to see a change and to say where it came from. */
export interface ConfigText {
  /** The vassal's name: base name without `.ini`. */
  readonly name: string;
  /** Absolute path, unique per monitor. What two monitors show by the same path is one and the same config. */
  readonly path: string;
  /** Directory that the vassal starts in by default. */
  readonly directory: string;
  readonly text: string;
  /** Changes with every edit, touch or replacement (not with chmod): what makes a reload. */
  readonly version: string;
  /** The file itself (device and inode): the same under another name is a rename. Empty: nobody can tell. */
  readonly identity: string;
  /** What was read: over a symbolic link another file. */
  readonly target: string;
  /** Of what was read. */
  readonly uid: number;
  readonly gid: number;
  /** When the text was last changed: Unix seconds. */
  readonly modified: number;
  /** The file whose change brought this: its own, or one that it depends on. */
  readonly changed: string;
}

/** A name that looks like a vassal but cannot be read: shown as `invalid`, never acted on. */
export interface ConfigFailure {
  readonly name: string;
  readonly path: string;
  readonly message: string;
}

/** What a monitor has told of one config, for one that goes on with the same source in another daemon. */
export interface KnownConfig {
  readonly path: string;
  readonly told: 'nothing' | 'text' | 'failure';
  /** Unix milliseconds. */
  readonly toldAtMs: number;
  readonly identity: string;
  /** Of what was told; null: nothing was. */
  readonly version: string | null;
  /** Changes of other files that it depends on. */
  readonly turn: number;
}

export interface MonitorListener {
  /** New or changed (also: touched). */
  changed(config: ConfigText): void;
  /** The name is there but unreadable, too big, not a regular file…; what runs goes on. */
  unreadable(failure: ConfigFailure): void;
  /** No such name any more, confirmed by a scan of a directory that could be read. */
  removed(name: string, path: string): void;
  /** The source as a whole cannot be read (again can: null). */
  trouble(message: string | null): void;
}

export interface Monitor {
  /** As the user gave it, for messages. */
  readonly source: string;
  /** Resolves after the first scan was reported to the listener. */
  start(listener: MonitorListener): Promise<void>;
  /** Looks again now; resolves when what was found is reported. */
  rescan(): Promise<void>;
  /** Also report `name` as changed when one of these files changes (includes, env files). Replaces the former list. */
  depend(name: string, files: readonly string[]): void;
  /** Configs that are the same as here are no news to a monitor that is given this. */
  readonly known?: readonly KnownConfig[];
  stop(): Promise<void>;
}
