// The step that puts a filter before the system calls of this process (seccomp(2)).
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "jail.h"
#include "text.h"

namespace jailer::steps {

namespace {

constexpr uint64_t kAnyFlags = UINT32_MAX;

}  // namespace

int seccomp(Jail& jail, Arguments arguments) {
  const char* word = arguments.next();
  uint64_t flags = 0;
  if (!read_number(word, kAnyFlags, flags)) return refuse(jail, word);
  const char* digits = arguments.next();
  const size_t size = length(digits) / 2;
  const size_t count = size / sizeof(sock_filter);
  if (count == 0 || count > BPF_MAXINSNS || size % sizeof(sock_filter) != 0)
    return refuse(jail, "not a program");
  auto* bytes = static_cast<uint8_t*>(sys::scratch(size));
  if (bytes == nullptr) return ENOMEM;
  if (!read_bytes(digits, bytes, size)) return refuse(jail, "not a program");
  const sock_fprog program = {static_cast<unsigned short>(count), reinterpret_cast<sock_filter*>(bytes)};
  const int error = sys::error_of(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  if (error == EACCES) jail.detail << "without no-new-privs that takes CAP_SYS_ADMIN";
  return error;
}

}  // namespace jailer::steps
