// Users and groups of /etc/passwd and /etc/group (passwd(5), group(5)), read again when the files change.
import { readFileSync, statSync } from 'node:fs';

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

export class UserFiles {
  readonly #passwd: ParsedFile<User>;
  readonly #group: ParsedFile<Group>;

  constructor(passwd = '/etc/passwd', group = '/etc/group') {
    this.#passwd = new ParsedFile(passwd, parseUser);
    this.#group = new ParsedFile(group, parseGroup);
  }

  userByName(name: string): User | undefined {
    return this.#passwd.entries().find((user) => user.name === name);
  }

  userById(uid: number): User | undefined {
    return this.#passwd.entries().find((user) => user.uid === uid);
  }

  groupByName(name: string): Group | undefined {
    return this.#group.entries().find((group) => group.name === name);
  }

  groupById(gid: number): Group | undefined {
    return this.#group.entries().find((group) => group.gid === gid);
  }

  /** As initgroups(3): every group that lists `name`, and `gid` first. */
  groupsOf(name: string, gid: number): number[] {
    const listed = this.#group.entries().filter((group) => group.members.includes(name));
    return [...new Set([gid, ...listed.map((group) => group.gid)])];
  }

  userNames(): string[] {
    return this.#passwd.entries().map(({ name }) => name);
  }

  groupNames(): string[] {
    return this.#group.entries().map(({ name }) => name);
  }
}

export class ParsedFile<T> {
  readonly #path: string;
  readonly #parse: (fields: readonly string[]) => T | undefined;
  #version = '';
  #entries: readonly T[] = [];

  constructor(path: string, parse: (fields: readonly string[]) => T | undefined) {
    this.#path = path;
    this.#parse = parse;
  }

  entries(): readonly T[] {
    const stat = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    const version = stat ? `${stat.ino}.${stat.mtimeNs}.${stat.size}` : 'none';
    if (version !== this.#version) {
      this.#version = version;
      this.#entries = stat ? this.#read() : [];
    }
    return this.#entries;
  }

  #read(): T[] {
    const lines = readFileSync(this.#path, 'utf8').split('\n');
    return lines.map((line) => this.#parse(line.split(':'))).filter((entry) => entry !== undefined);
  }
}

function parseUser(fields: readonly string[]): User | undefined {
  const [name, , uid, gid, , home, shell] = fields;
  if (!name || !isId(uid) || !isId(gid)) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), home: home ?? '/', shell: shell ?? '' };
}

function parseGroup(fields: readonly string[]): Group | undefined {
  const [name, , gid, members] = fields;
  if (!name || !isId(gid)) return undefined;
  return { name, gid: Number(gid), members: members?.split(',').filter(Boolean) ?? [] };
}

function isId(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,10}$/.test(text);
}
