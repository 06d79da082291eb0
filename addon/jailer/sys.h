// The kernel without a libc: raw system calls for x86_64 and aarch64, and the few constants that uapi headers
// lack. A libc's start would cost more than all steps of a plan together, and nothing of the jail's root may
// be loaded.
#pragma once

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>

// linux/stat.h leaves these to a libc where there is one, as in the build for sanitizers.
#ifndef S_IFMT
#define S_IFMT 0170000
#define S_IFIFO 0010000
#define S_IFCHR 0020000
#define S_IFDIR 0040000
#define S_IFREG 0100000
#endif

namespace jailer::sys {

#if defined(TSJAIL_FAKE_KERNEL)
/** The fuzzers' own (test/fuzz): no call of theirs reaches the kernel. */
long raw(long number, long a, long b, long c, long d, long e, long f);
#elif defined(__x86_64__)
inline long raw(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  long result;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
inline long raw(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  register long x5 asm("x5") = f;
  asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
#else
#error "tsjail runs on x86_64 and aarch64"
#endif

/** The result as the kernel gives it: negative is -errno. The C cast takes pointers and integers alike. */
template <typename... Words>
inline long call(long number, Words... words) {
  static_assert(sizeof...(Words) <= 6);
  const long list[7] = {(long)words..., 0};
  return raw(number, list[0], list[1], list[2], list[3], list[4], list[5]);
}

/** 0, or the errno of a call whose result says nothing else. */
template <typename... Words>
inline int error_of(long number, Words... words) {
  const long result = call(number, words...);
  return result < 0 ? static_cast<int>(-result) : 0;
}

[[noreturn]] inline void exit(int code) {
  for (;;) call(__NR_exit_group, code);
}

/** The size of the kernel's sigset_t, which rt_ calls want to be told. */
inline constexpr size_t kSignalSetSize = 8;

// Of sys/socket.h and unistd.h: no uapi header has them.
inline constexpr int kAfUnix = 1;
inline constexpr int kSockStream = 1;
inline constexpr int kSockDatagram = 2;
inline constexpr int kSockCloexec = O_CLOEXEC;
inline constexpr int kMsgDontWait = 0x40;
inline constexpr int kMsgNoSignal = 0x4000;
inline constexpr int kSeekSet = 0;
inline constexpr int kSeekEnd = 2;
inline constexpr int kExists = 0;

/** A descriptor that is closed with its scope. */
class Fd {
 public:
  explicit Fd(long fd) : fd_(static_cast<int>(fd)) {}
  ~Fd() {
    if (fd_ >= 0) call(__NR_close, fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;

  int get() const { return fd_; }
  /** 0, or the errno that open(2) or socket(2) gave instead of a descriptor. */
  int error() const { return fd_ < 0 ? -fd_ : 0; }

 private:
  int fd_;
};

/** What scratch() has at hand. */
inline constexpr size_t kScratchBlock = 8192;

/** Zeroed memory that lives until exec or exit; null when there is none. Small sizes cost no system call: the
 * block is one and the same each time, so that nobody may hold on to it. */
void* scratch(size_t size);

}  // namespace jailer::sys
