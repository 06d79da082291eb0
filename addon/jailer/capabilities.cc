// Capability sets of this process: see capabilities.h.
#include "capabilities.h"

#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/securebits.h>

#include "sys.h"

namespace jailer {

namespace {

constexpr unsigned kMostCapabilities = 64;

struct Sets {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3] = {};

  uint64_t permitted() const { return halves[0].permitted | uint64_t{halves[1].permitted} << 32; }
};

/** Seen to be out of the bounding set, to which nothing comes back (capabilities(7)). */
uint64_t gone = 0;

constexpr uint64_t bit(unsigned capability) { return uint64_t{1} << capability; }

int read(Sets& sets) { return sys::error_of(__NR_capget, &sets.header, sets.halves); }
int write(Sets& sets) { return sys::error_of(__NR_capset, &sets.header, sets.halves); }

long bounding(long operation, unsigned capability) {
  return sys::call(__NR_prctl, operation, capability, 0, 0, 0);
}

int ambient(long operation, unsigned capability) {
  return static_cast<int>(sys::call(__NR_prctl, PR_CAP_AMBIENT, operation, capability, 0, 0));
}

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

int read_permitted(uint64_t& permitted) {
  Sets sets;
  if (const int error = read(sets)) return error;
  permitted = sets.permitted();
  return 0;
}

uint64_t bounding_set() {
  uint64_t set = 0;
  for (unsigned i = 0; i < kMostCapabilities; i++) {
    if ((gone & bit(i)) != 0) continue;
    const long is_in = bounding(PR_CAPBSET_READ, i);
    if (is_in < 0) break;
    if (is_in > 0) set |= bit(i);
  }
  return set;
}

int limit_bounding_set(uint64_t kept) {
  for (unsigned i = 0; i < kMostCapabilities; i++) {
    if ((kept & bit(i)) != 0) continue;
    const long dropped = bounding(PR_CAPBSET_DROP, i);
    // A filter around us may say yes and do nothing; and who may not drop need not, where it is gone already.
    const long is_in = bounding(PR_CAPBSET_READ, i);
    // More than this kernel has.
    if (is_in == -EINVAL) return 0;
    if (is_in < 0) return static_cast<int>(-is_in);
    if (is_in > 0) return dropped < 0 ? static_cast<int>(-dropped) : EPERM;
    gone |= bit(i);
  }
  return 0;
}

int raise_ambient(uint64_t wanted) {
  Sets sets;
  if (const int error = read(sets)) return error;
  sets.halves[0].inheritable |= static_cast<uint32_t>(wanted);
  sets.halves[1].inheritable |= static_cast<uint32_t>(wanted >> 32);
  if (const int error = write(sets)) return error;
  for (unsigned i = 0; i < kMostCapabilities; i++) {
    if ((wanted & bit(i)) == 0) continue;
    if (const int error = ambient(PR_CAP_AMBIENT_RAISE, i)) return -error;
    if (ambient(PR_CAP_AMBIENT_IS_SET, i) != 1) return EPERM;
  }
  return 0;
}

int settle_on_ambient() {
  uint64_t set = 0;
  for (unsigned i = 0; i < kMostCapabilities; i++) {
    if (ambient(PR_CAP_AMBIENT_IS_SET, i) == 1) set |= bit(i);
  }
  Sets sets;
  for (auto& half : sets.halves) {
    half.permitted = half.effective = half.inheritable = static_cast<uint32_t>(set);
    set >>= 32;
  }
  return write(sets);
}

bool root_is_special() {
  const long bits = sys::call(__NR_prctl, PR_GET_SECUREBITS, 0, 0, 0, 0);
  return bits >= 0 && (bits & SECBIT_NOROOT) == 0;
}

}  // namespace jailer
