// What we are made of, and how it is linked: versions, terms, the bill of materials, and what the files themselves show.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { handedOut, type Lock, unlisted } from '../../.dev/package/licences.mjs';
import { sbom } from '../../.dev/package/sbom.mjs';
import { hardeningOf, symbolsOf } from '../helpers/elf.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ADDON = join(ROOT, 'build/Release/tsjail.node');
const JAILER = join(ROOT, 'build/Release/tsjail-jailer');
const REGISTRY = 'https://registry.npmjs.org/';
const LOCK = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;

describe('dependencies', () => {
  test('are pinned: one version, and what its archive holds', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    for (const range of Object.values({ ...dependencies, ...devDependencies }))
      expect(range).toMatch(/^\d+\.\d+\.\d+$/);
    for (const [path, { integrity, resolved, optional }] of Object.entries(LOCK.packages)) {
      // Those for other machines were never fetched by whoever wrote the lock file.
      if (path === '' || (optional && integrity === undefined)) continue;
      expect(`${path} ${integrity}`).toMatch(/ sha512-/);
      // Where it came from is not kept; where it is, it is the registry.
      expect(resolved ?? REGISTRY).toMatch(new RegExp(`^${REGISTRY}`));
    }
  });

  test('are under terms that somebody has looked at', () => {
    expect(unlisted(LOCK)).toEqual([]);
    const other = { version: '1.0.0', license: 'GPL-3.0-only' };
    const silent = { version: '1.0.0', dev: true };
    const forBuilding = { version: '1.0.0', license: 'MPL-2.0' };
    const packages = {
      ...LOCK.packages,
      'node_modules/a': other,
      'node_modules/b': silent,
      'node_modules/c': forBuilding,
    };
    expect(unlisted({ packages })).toEqual(['a 1.0.0: GPL-3.0-only', 'b 1.0.0: none', 'c 1.0.0: MPL-2.0']);
  });

  test('that are handed out are in the bill of materials, with what their archives hold', () => {
    const bill = JSON.parse(sbom());
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
    expect(bill.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const names = bill.components.map(({ name }: { name: string }) => name);
    for (const path of handedOut(LOCK)) expect(names).toContain(path.replace(/^.*node_modules\//, ''));
    expect(names).toContain('libstdc++');
    for (const { hashes = [] } of bill.components)
      for (const { alg, content } of hashes) expect(`${alg} ${content}`).toMatch(/^SHA-512 [0-9a-f]{128}$/);
    expect(sbom()).toBe(sbom());
  });
});

describe('the binaries', () => {
  test.each([ADDON, JAILER])('%s lies anywhere, and what is to be read only cannot be written', (file) => {
    const { isPie, hasRelro, bindsNow, isWriteXorExecute } = hardeningOf(file);
    expect({ isPie, hasRelro, bindsNow, isWriteXorExecute }).toEqual({
      isPie: true,
      hasRelro: true,
      bindsNow: true,
      isWriteXorExecute: true,
    });
    expect(symbolsOf(file).includes('__stack_chk_fail')).toBe(true);
  });

  test('the jailer needs nobody, and is made for shadow stacks and landing pads', () => {
    const { isStatic, features } = hardeningOf(JAILER);
    expect(isStatic).toBe(true);
    expect(features).toEqual(process.arch === 'x64' ? ['IBT', 'SHSTK'] : ['BTI', 'PAC']);
  });

  test('functions of the jailer with an array end in a look at the canary', () => {
    const code = execFileSync('objdump', ['-d', '--no-show-raw-insn', JAILER], { encoding: 'utf8' });
    expect(code.match(/<__stack_chk_fail>$/gm)?.length).toBeGreaterThan(50);
  });
});
