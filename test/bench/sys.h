// Raw system calls for programs that run without a C library.
#pragma once
#include <asm/unistd.h>

#if defined(__x86_64__)
static inline long sys6(long n, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#define START_AT(entry)                  \
  __asm__(                               \
      ".globl _start\n_start:\n"         \
      "xor %ebp, %ebp\nmov %rsp, %rdi\n" \
      "and $-16, %rsp\ncall " #entry "\nhlt\n")
#elif defined(__aarch64__)
static inline long sys6(long n, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = n;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
#define START_AT(entry) __asm__(".globl _start\n_start:\nmov x0, sp\nbl " #entry "\nbrk #1\n")
#endif

#define SYS0(n) sys6(n, 0, 0, 0, 0, 0, 0)
#define SYS1(n, a) sys6(n, (long)(a), 0, 0, 0, 0, 0)
#define SYS2(n, a, b) sys6(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define SYS3(n, a, b, c) sys6(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define SYS4(n, a, b, c, d) sys6(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define SYS5(n, a, b, c, d, e) sys6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

static inline unsigned long text_length(const char* text) {
  unsigned long n = 0;
  while (text[n] != 0) n++;
  return n;
}

struct kernel_time {
  long seconds;
  long nanoseconds;
};

static inline unsigned long monotonic_ns(void) {
  struct kernel_time now = {0, 0};
  SYS2(__NR_clock_gettime, 1, &now);
  return (unsigned long)now.seconds * 1000000000ul + (unsigned long)now.nanoseconds;
}
