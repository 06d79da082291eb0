// Steps about capabilities: what of the daemon's own is left to the command (capabilities(7)).
#include <linux/prctl.h>
#include <linux/securebits.h>

#include "capabilities.h"
#include "jail.h"

namespace jailer::steps {

namespace {

constexpr uint64_t kLastBit = 63;

/** `NAME:NUMBER`. */
bool read_capability(const char* word, uint64_t& bits) {
  const char* colon = find(word, ':');
  uint64_t number = 0;
  if (colon == nullptr || !read_number(colon + 1, kLastBit, number)) return false;
  bits |= uint64_t{1} << number;
  return true;
}

/** A list of them; `all` is `everything`. */
int read_list(Jail& jail, Arguments words, uint64_t everything, uint64_t& bits) {
  bits = 0;
  while (words.left() > 0) {
    const char* word = words.next();
    if (same(word, "all"))
      bits |= everything;
    else if (!read_capability(word, bits))
      return refuse(jail, word);
  }
  return 0;
}

bool is_known(uint64_t bits) {
  const long number = __builtin_ctzll(bits);
  return sys::call(__NR_prctl, PR_CAPBSET_READ, number, 0, 0, 0) >= 0;
}

/** Says which of `words` is not in `had`. */
void name_missing(Jail& jail, Arguments words, uint64_t had) {
  while (words.left() > 0) {
    const char* word = words.next();
    uint64_t bits = 0;
    if (!read_capability(word, bits) || (bits & ~had) == 0) continue;
    for (const char* end = find(word, ':'); word != end; word++) jail.detail << *word;
    jail.detail << ": "
                << (is_known(bits) ? "tsjail itself does not have it" : "this kernel has no such capability");
    return;
  }
}

int limit(Jail& jail, uint64_t kept) {
  const int error = limit_bounding_set(kept);
  if (error == EPERM) jail.detail << "less of a bounding set takes CAP_SETPCAP, which tsjail does not have";
  return error;
}

/** Reads a list of what must be permitted. */
int read_permitted_list(Jail& jail, Arguments words, uint64_t& bits) {
  uint64_t permitted = 0;
  if (const int error = read_permitted(permitted)) return error;
  if (const int error = read_list(jail, words, permitted, bits)) return error;
  if ((bits & ~permitted) == 0) return 0;
  name_missing(jail, words, permitted);
  return EPERM;
}

/** keep_capabilities, believed only when seen. */
int keep_exactly(uint64_t wanted) {
  if (const int error = jailer::keep_capabilities(wanted)) return error;
  uint64_t permitted = 0;
  if (const int error = read_permitted(permitted)) return error;
  return (permitted & ~wanted) == 0 ? 0 : EPERM;
}

bool gets_them_by_exec() { return sys::call(__NR_geteuid) == 0 && root_is_special(); }

}  // namespace

int bounding_set(Jail& jail, Arguments words) {
  uint64_t kept = 0;
  if (const int error = read_list(jail, words, ~uint64_t{0}, kept)) return error;
  return limit(jail, kept);
}

int drop_bounding(Jail& jail, Arguments words) {
  uint64_t dropped = 0;
  if (const int error = read_list(jail, words, ~uint64_t{0}, dropped)) return error;
  return limit(jail, ~dropped);
}

int keep_caps(Jail& jail, Arguments) {
  const int error = sys::error_of(__NR_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
  if (error == EPERM) jail.detail << "the daemon runs with SECBIT_KEEP_CAPS_LOCKED";
  return error;
}

int capabilities(Jail& jail, Arguments words) {
  uint64_t wanted = 0;
  if (const int error = read_permitted_list(jail, words, wanted)) return error;
  return keep_exactly(wanted);
}

int trim_capabilities(Jail&, Arguments) { return keep_exactly(jailer::bounding_set()); }

int ambient(Jail& jail, Arguments words) {
  uint64_t wanted = 0;
  if (const int error = read_permitted_list(jail, words, wanted)) return error;
  const int error = raise_ambient(wanted);
  if (error == EPERM) jail.detail << "the daemon runs with SECBIT_NO_CAP_AMBIENT_RAISE";
  if (error) return error;
  return gets_them_by_exec() ? 0 : settle_on_ambient();
}

int ambient_unless_root(Jail& jail, Arguments words) {
  return gets_them_by_exec() ? 0 : ambient(jail, words);
}

}  // namespace jailer::steps
