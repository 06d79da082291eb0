// From the kernel's jump to the first line of ours. There is no libc that would do it: the program is told
// where it lies, what is not to change any more is made read-only, and the canary is the kernel's random
// number.
#include "main.h"

#ifdef TSJAIL_HOSTED

int main() { jailer::run(); }

#else

#include <elf.h>
#include <linux/auxvec.h>
#include <linux/mman.h>
#include <linux/signal.h>

#include "sys.h"

// The stack as execve(2) leaves it. Neither arguments nor environment are of interest: all that the jailer
// does is in the plan.
#if defined(__x86_64__)
asm(".globl _start\n_start:\n  endbr64\n  xor %ebp, %ebp\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call "
    "tsjail_start\n");
constexpr uint32_t kRelative = R_X86_64_RELATIVE;
#elif defined(__aarch64__)
asm(".globl _start\n_start:\n  hint #34\n  mov x29, #0\n  mov x30, #0\n  mov x0, sp\n  bl tsjail_start\n");
constexpr uint32_t kRelative = R_AARCH64_RELATIVE;
#endif

namespace {

constexpr uintptr_t kLeastPage = 4096;

void move(uintptr_t base, const Elf64_Dyn* dynamic) {
  const Elf64_Rela* each = nullptr;
  size_t size = 0;
  for (; dynamic->d_tag != DT_NULL; dynamic++) {
    if (dynamic->d_tag == DT_RELA) each = reinterpret_cast<const Elf64_Rela*>(base + dynamic->d_un.d_ptr);
    if (dynamic->d_tag == DT_RELASZ) size = dynamic->d_un.d_val;
  }
  for (size_t left = size / sizeof *each; left > 0; left--, each++) {
    // The linker makes no others where nothing comes from elsewhere.
    if (ELF64_R_TYPE(each->r_info) != kRelative) jailer::sys::exit(jailer::kNoStart);
    *reinterpret_cast<uintptr_t*>(base + each->r_offset) = base + static_cast<uintptr_t>(each->r_addend);
  }
}

void seal(uintptr_t base, const Elf64_Ehdr& head) {
  const auto* part = reinterpret_cast<const Elf64_Phdr*>(base + head.e_phoff);
  for (uint16_t left = head.e_phnum; left > 0; left--, part++) {
    if (part->p_type != PT_GNU_RELRO) continue;
    const uintptr_t from = (base + part->p_vaddr) & ~(kLeastPage - 1);
    const uintptr_t to = (base + part->p_vaddr + part->p_memsz) & ~(kLeastPage - 1);
    if (to > from) jailer::sys::call(__NR_mprotect, from, to - from, PROT_READ);
  }
}

/** Its lowest byte is 0: no string that runs over can end in it. */
uintptr_t canary(const uintptr_t* stack) {
  const uintptr_t* at = stack + 1 + stack[0] + 1;
  while (*at != 0) at++;
  for (at++; at[0] != AT_NULL; at += 2) {
    if (at[0] == AT_RANDOM) return *reinterpret_cast<const uintptr_t*>(at[1]) & ~uintptr_t{0xff};
  }
  return 0;
}

}  // namespace

extern "C" {

// The linker's: where we lie, and what is to be moved.
[[gnu::visibility("hidden")]] extern const Elf64_Ehdr __ehdr_start;
[[gnu::visibility("hidden")]] extern const Elf64_Dyn _DYNAMIC[];

// The compiler's: every function with an array compares.
[[gnu::visibility("hidden")]] uintptr_t __stack_chk_guard = 0;

[[noreturn, gnu::used, gnu::visibility("hidden")]] void __stack_chk_fail() {
  // Nothing is as it should be: an end that cannot be caught.
  jailer::sys::call(__NR_kill, jailer::sys::call(__NR_getpid), SIGKILL);
  jailer::sys::exit(jailer::kNoStart);
}

[[noreturn, gnu::used]] void tsjail_start(const uintptr_t* stack) {
  const auto base = reinterpret_cast<uintptr_t>(&__ehdr_start);
  move(base, _DYNAMIC);
  seal(base, __ehdr_start);
  __stack_chk_guard = canary(stack);
  jailer::run();
}

}  // extern "C"

#endif
