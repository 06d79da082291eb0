// Programs of the kernel's old packet filter (linux/filter.h), put together from their end: a jump goes forward only, and so
// its target is there already.

/** linux/bpf_common.h: BPF_LD|BPF_W|BPF_ABS and the like. */
const LOAD = 0x20;
const AND = 0x54;
const RETURN = 0x06;
const JUMP = 0x05;
const TESTS = { equal: 0x15, greater: 0x25, atLeast: 0x35 } as const;
export type Test = keyof typeof TESTS;

/** An instruction, known by how many there are from it to the end. */
export type Place = number;

interface Instruction {
  readonly code: number;
  readonly yes: number;
  readonly no: number;
  readonly k: number;
}

const SIZE = 8;
/** The jumps of a test are bytes. */
const FAR = 255;
/** BPF_MAXINSNS */
const MOST = 4096;

export class Assembler {
  /** The last one first. */
  readonly #instructions: Instruction[] = [];
  readonly #returns = new Map<number, Place>();

  /** Each of the following gives the place of what it has put in front of all. */
  return(value: number): Place {
    const known = this.#returns.get(value);
    if (known !== undefined) return known;
    const place = this.#put({ code: RETURN, yes: 0, no: 0, k: value });
    this.#returns.set(value, place);
    return place;
  }

  /** Loads the word at `offset` of struct seccomp_data, then goes on at `next`. */
  load(offset: number, next: Place): Place {
    this.#continueAt(next);
    return this.#put({ code: LOAD, yes: 0, no: 0, k: offset });
  }

  and(mask: number, next: Place): Place {
    this.#continueAt(next);
    return this.#put({ code: AND, yes: 0, no: 0, k: mask });
  }

  test(test: Test, value: number, yes: Place, no: Place): Place {
    // One more: the jump that `no` may need comes between.
    const whenSo = this.#within(yes, 1);
    const whenNot = this.#within(no, 0);
    return this.#put({
      code: TESTS[test],
      yes: this.#distance(whenSo),
      no: this.#distance(whenNot),
      k: value,
    });
  }

  /** struct sock_filter, one after the other, in the byte order of x86_64 and arm64. Throws RangeError. */
  program(): Buffer {
    const count = this.#instructions.length;
    if (count > MOST) throw new RangeError(`a program of ${count} instructions: the kernel takes ${MOST}`);
    const bytes = Buffer.alloc(count * SIZE);
    this.#instructions.toReversed().forEach(({ code, yes, no, k }, index) => {
      const at = index * SIZE;
      bytes.writeUInt16LE(code, at);
      bytes.writeUInt8(yes, at + 2);
      bytes.writeUInt8(no, at + 3);
      bytes.writeUInt32LE(k >>> 0, at + 4);
    });
    return bytes;
  }

  #put(instruction: Instruction): Place {
    return this.#instructions.push(instruction);
  }

  /** Of an instruction that is put now to `target`. */
  #distance(target: Place): number {
    return this.#instructions.length - target;
  }

  #continueAt(next: Place): void {
    if (this.#distance(next) > 0) this.#jump(next);
  }

  #jump(target: Place): Place {
    return this.#put({ code: JUMP, yes: 0, no: 0, k: this.#distance(target) });
  }

  /** `target`, or a jump to it that a test reaches even when `more` instructions come before that test. */
  #within(target: Place, more: number): Place {
    return this.#distance(target) + more > FAR ? this.#jump(target) : target;
  }
}
