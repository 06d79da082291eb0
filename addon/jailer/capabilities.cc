// capget(2) and capset(2) on this process: see capabilities.h.
#include "capabilities.h"

#include <linux/capability.h>

#include "sys.h"

namespace jailer {

namespace {

struct Sets {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3] = {};
};

int read(Sets& sets) { return sys::error_of(__NR_capget, &sets.header, sets.halves); }
int write(Sets& sets) { return sys::error_of(__NR_capset, &sets.header, sets.halves); }

}  // namespace

int drop_inheritable() {
  Sets sets;
  if (const int error = read(sets)) return error;
  for (auto& half : sets.halves) half.inheritable = 0;
  return write(sets);
}

int keep_capabilities(uint64_t wanted) {
  Sets sets;
  if (const int error = read(sets)) return error;
  for (auto& half : sets.halves) {
    half.permitted &= static_cast<uint32_t>(wanted);
    half.effective = half.permitted;
    half.inheritable = 0;
    wanted >>= 32;
  }
  return write(sets);
}

}  // namespace jailer
