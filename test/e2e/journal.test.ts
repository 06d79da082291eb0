// Lines of vassals in the journal: its socket is a test's, in a mount namespace where the daemon takes it for the real one.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadNative } from '../../src/jail/native.ts';
import { ADDON_PATH } from '../../src/system/paths.ts';
import { emperor, type TestEmperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const EPOLLIN = 1;
const native = loadNative(ADDON_PATH);
const MOUNT =
  'mount -t tmpfs none /run && mkdir -p /run/systemd/journal && mount --bind "$0" /run/systemd/journal && exec "$@"';

/** A journal of our own: what it got, each as its fields. */
class Journal {
  readonly directory = tempDirectory();
  readonly entries: ReadonlyMap<string, string>[] = [];
  #fd = -1;

  constructor() {
    mkdirSync(this.directory, { recursive: true });
    onTestFinished(() => this.close());
  }

  get wrapper(): string[] {
    return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', MOUNT, this.directory];
  }

  open(): void {
    this.#fd = native.bindDatagram(join(this.directory, 'socket'));
    this.resume();
  }

  pause(): void {
    native.unwatch(this.#fd);
  }

  resume(): void {
    native.watch(this.#fd, EPOLLIN, () => {
      const datagram = native.receiveDatagram(this.#fd);
      if (datagram === null) return;
      const fields = datagram.data.toString().split('\n').filter(Boolean);
      this.entries.push(
        new Map(
          fields.map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]),
        ),
      );
    });
  }

  close(): void {
    if (this.#fd === -1) return;
    native.close(this.#fd);
    rmSync(join(this.directory, 'socket'), { force: true });
    this.#fd = -1;
  }

  messages(): string[] {
    return this.entries.flatMap((entry) => entry.get('MESSAGE') ?? []);
  }
}

describeRoot('the journal', () => {
  test('has each line under the name of its vassal, with its fields and no others', async () => {
    const journal = new Journal();
    journal.open();
    const script = `printf 'one\\nPRIORITY=0\\n_UID=0\\n\\n'; exec sleep 1000`;
    const daemon = await emperor({
      wrapper: journal.wrapper,
      files: { 'web.ini': `[vassal]\ncommand = sh -c "${script}"\nlog = journal\nstable-after = 0\n` },
    });
    const { pid } = await daemon.running('web');
    await until('its lines', () => journal.messages().includes('_UID=0'));
    process.kill(pid ?? 0, 'SIGKILL');
    await until('the next run', () => journal.messages().filter((text) => text === '_UID=0').length === 2);
    const web = (generation: string, message: string) => ({
      SYSLOG_IDENTIFIER: 'web',
      TSJAIL_VASSAL: 'web',
      PRIORITY: '6',
      TSJAIL_GENERATION: generation,
      TSJAIL_STREAM: 'out',
      MESSAGE: message,
    });
    const entries = journal.entries.map((entry) => Object.fromEntries(entry));
    const lines = ['one', 'PRIORITY=0', '_UID=0'];
    for (const generation of ['1', '2'])
      for (const line of lines) expect(entries).toContainEqual(web(generation, line));
    expect(entries).toContainEqual({
      ...web('1', expect.stringMatching(/^killed by SIGKILL/) as never),
      PRIORITY: '5',
      TSJAIL_STREAM: 'tsjail',
    });
  });

  test('that is slow holds nobody up, and that goes away is told once and comes back', async () => {
    const journal = new Journal();
    journal.open();
    journal.pause();
    const daemon = await emperor({
      wrapper: journal.wrapper,
      files: {
        'flood.ini': `[vassal]\ncommand = yes ${'long '.repeat(80)}\nlog = journal\n`,
        'other.ini': '[vassal]\ncommand = sleep 1000\n',
      },
    });
    await daemon.running('flood');
    await daemon.running('other');
    const begun = Date.now() / 1000;
    await until('lines that it does not take', async () => (await newest(daemon, 'flood')) > begun + 1);
    journal.resume();
    await until('what was missing', () =>
      journal.messages().some((text) => /^tsjail: \d+ lines are missing here$/.test(text)),
    );
    journal.close();
    await daemon.said(/warn +flood: journal: .*E(CONNREFUSED|NOENT|CONNRESET)/);
    journal.open();
    await daemon.said(/flood: journal: is written again/, 20_000);
    expect(daemon.output.match(/warn +flood: journal: .*E[A-Z]+/g)).toHaveLength(1);
  }, 60_000);
});

/** When the newest line came, in Unix seconds. */
async function newest(daemon: TestEmperor, name: string): Promise<number> {
  const { body } = await daemon.call('GET', `/v1/vassals/${name}/logs?n=1`);
  return (body as { at: number }[]).at(-1)?.at ?? 0;
}
