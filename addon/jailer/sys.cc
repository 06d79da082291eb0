// The memory functions that compilers call by themselves, and scratch memory.
#include "sys.h"

#include <linux/mman.h>

#ifndef TSJAIL_HOSTED

// The empty asm keeps the compiler from seeing "this is memcpy" and calling the function from within itself.
#define TSJAIL_NO_IDIOM asm volatile("" ::: "memory")

extern "C" {

void* memcpy(void* to, const void* from, size_t size) {
  char* out = static_cast<char*>(to);
  const char* in = static_cast<const char*>(from);
  for (; size > 0; size--) {
    *out++ = *in++;
    TSJAIL_NO_IDIOM;
  }
  return to;
}

void* memmove(void* to, const void* from, size_t size) {
  char* out = static_cast<char*>(to);
  const char* in = static_cast<const char*>(from);
  if (out <= in) return memcpy(to, from, size);
  while (size > 0) {
    size--;
    out[size] = in[size];
    TSJAIL_NO_IDIOM;
  }
  return to;
}

void* memset(void* to, int value, size_t size) {
  char* out = static_cast<char*>(to);
  for (; size > 0; size--) {
    *out++ = static_cast<char>(value);
    TSJAIL_NO_IDIOM;
  }
  return to;
}

int memcmp(const void* left, const void* right, size_t size) {
  const unsigned char* a = static_cast<const unsigned char*>(left);
  const unsigned char* b = static_cast<const unsigned char*>(right);
  for (; size > 0; size--, a++, b++) {
    if (*a != *b) return *a - *b;
    TSJAIL_NO_IDIOM;
  }
  return 0;
}

}  // extern "C"

#endif

namespace jailer::sys {

namespace {
/** Costs nothing until it is touched, and the init never touches it. */
alignas(16) char block[kScratchBlock];
}  // namespace

void* scratch(size_t size) {
  if (size <= sizeof block) return block;
  const long at = call(__NR_mmap, nullptr, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return at < 0 && at > -4096 ? nullptr : reinterpret_cast<void*>(at);
}

}  // namespace jailer::sys
