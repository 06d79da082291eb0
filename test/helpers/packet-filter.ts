// The kernel's packet filter as far as seccomp(2) allows it (kernel/seccomp.c, seccomp_check_filter), to see what a program
// does without handing it to the kernel.

export interface Call {
  readonly machine: number;
  readonly number: number;
  readonly args: readonly bigint[];
}

const SIZE = 8;

/** What the program returns; throws on what the kernel would refuse. */
export function runFilter(program: Buffer, call: Call): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.number, 0);
  data.writeUInt32LE(call.machine, 4);
  call.args.forEach((arg, index) => {
    data.writeBigUInt64LE(arg, 16 + index * 8);
  });
  let accumulator = 0;
  for (let at = 0; at < program.length / SIZE; at++) {
    const code = program.readUInt16LE(at * SIZE);
    const [yes, no] = [program.readUInt8(at * SIZE + 2), program.readUInt8(at * SIZE + 3)];
    const k = program.readUInt32LE(at * SIZE + 4);
    const jump = (isSo: boolean) => {
      at += isSo ? yes : no;
    };
    if (code === 0x20) accumulator = data.readUInt32LE(k);
    else if (code === 0x54) accumulator = (accumulator & k) >>> 0;
    else if (code === 0x06) return k;
    else if (code === 0x05) at += k;
    else if (code === 0x15) jump(accumulator === k);
    else if (code === 0x25) jump(accumulator > k);
    else if (code === 0x35) jump(accumulator >= k);
    else throw new Error(`instruction ${at}: code ${code}`);
  }
  throw new Error('the program has no end');
}
