import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { Viewer } from '../../../../src/control/dashboard/viewer.ts';
import type { EmperorApi } from '../../../../src/emperor/view.ts';
import { FakeEmperor, view } from '../../../helpers/fake-emperor.ts';
import { until } from '../../../helpers/until.ts';

/** Somebody who reads, or does not. */
class Reader extends EventEmitter {
  readonly events: string[] = [];
  writableLength = 0;
  isReading = true;

  writeHead(): this {
    return this;
  }

  write(text: string): boolean {
    this.events.push(/^event: (\w+)/.exec(text)?.[1] ?? '');
    if (!this.isReading) this.writableLength += text.length;
    return this.isReading;
  }

  destroy(): void {
    this.emit('close');
  }

  readAll(): void {
    this.isReading = true;
    this.writableLength = 0;
    this.emit('drain');
  }
}

function watch(count: number) {
  const emperor = new FakeEmperor(
    ...Array.from({ length: count }, (_, index) => view({ name: `v${index}` })),
  );
  const names = emperor.vassals.map(({ name }) => name);
  Object.assign(emperor.overview, { names });
  const reader = new Reader();
  new Viewer(emperor as EmperorApi, reader as unknown as ServerResponse);
  const round = () => {
    for (const heard of emperor.rounds) heard({ at: 1, changed: {} });
  };
  return { emperor, reader, round };
}

const told = (reader: Reader) => until('all is told', () => reader.events.at(-1) === 'end');

test('all vassals in slices, then what changes, several changes together', async () => {
  const { emperor, reader, round } = watch(250);
  await told(reader);
  expect(reader.events).toEqual(['begin', 'part', 'part', 'part', 'end']);
  for (const vassal of ['v1', 'v2', 'v1'])
    emperor.happen({ at: 1, vassal, event: 'state', state: 'running', message: '' });
  round();
  await until('it is told', () => reader.events.includes('changes'));
  expect(reader.events.slice(5).sort()).toEqual(['changes', 'round']);
});

test('who does not read is told nothing more, and all of it again when he has caught up', async () => {
  const { reader, round } = watch(3);
  await told(reader);
  reader.isReading = false;
  reader.writableLength = 300_000;
  for (let count = 0; count < 1000; count++) round();
  expect(reader.events).toHaveLength(3);
  reader.readAll();
  await until('all is told', () => reader.events.length === 6);
  expect(reader.events.slice(3)).toEqual(['begin', 'part', 'end']);
});

test('one who is slow from the first gets a slice at a time', async () => {
  const { reader } = watch(250);
  reader.isReading = false;
  reader.writableLength = 300_000;
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(reader.events).toEqual(['begin', 'part']);
  reader.readAll();
  await told(reader);
  expect(reader.events).toEqual(['begin', 'part', 'part', 'part', 'end']);
});

test('what comes while all is being told is not missed', async () => {
  const { emperor, reader, round } = watch(250);
  round();
  emperor.happen({ at: 1, vassal: 'v1', event: 'state', state: 'running', message: '' });
  await until('all is told, and again', () => reader.events.filter((event) => event === 'end').length === 2);
});

test('nothing is left of one who went away', async () => {
  const { emperor, reader } = watch(1);
  await told(reader);
  reader.destroy();
  expect([emperor.listeners, emperor.rounds.size]).toEqual([0, 0]);
});
