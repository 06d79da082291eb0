import { describe, expect, test } from 'vitest';
import { MOUNT_FLAGS, readFlagNames, UMOUNT_FLAGS } from '../../../src/config/hooks/mount-flags.ts';
import { Bad } from '../../../src/config/problems/bad.ts';

describe('flags of mount and umount', () => {
  // linux/mount.h
  test.each([
    ['ro,nosuid,nodev,noexec', 15],
    ['rdonly', 1],
    ['readonly', 1],
    ['bind,rec', 0x5000],
    ['recursive,private', 0x4_4000],
    ['shared', 0x10_0000],
    ['slave', 0x8_0000],
    ['unbindable', 0x2_0000],
    ['move', 0x2000],
    ['remount,sync,dirsync,mandlock', 0xf0],
    ['noatime,nodiratime', 0xc00],
    ['relatime', 0x20_0000],
    ['strictatime', 0x100_0000],
    ['nosymfollow', 0x100],
    ['defaults', 0],
    ['', 0],
    [',ro,,', 1],
  ])('mount %s', (text, flags) => {
    expect(readFlagNames(text, MOUNT_FLAGS)).toBe(flags);
  });

  test.each([
    ['force,detach,expire,nofollow', 15],
    ['rec', 0x4000],
  ])('umount %s', (text, flags) => {
    expect(readFlagNames(text, UMOUNT_FLAGS)).toBe(flags);
  });

  test('an unknown one is pointed at', () => {
    const bad = readFlagNames('ro,binnd', MOUNT_FLAGS, 10);
    expect(bad).toBeInstanceOf(Bad);
    expect((bad as Bad).options).toEqual({ suggestion: 'bind', from: 13, to: 18 });
    expect(readFlagNames('constructor', MOUNT_FLAGS)).toBeInstanceOf(Bad);
  });
});
