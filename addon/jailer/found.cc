// What was found in the jail, and how later steps refer to it: see found.h.
#include "found.h"

namespace jailer {

namespace {

bool same_name(const char* left, const char* right) {
  while (*left && *left == *right && *left != '=') left++, right++;
  return *left == '=' && *right == '=';
}

}  // namespace

Found* found_in(Jail& jail) {
  // Zeroed memory of its own: what no group needs is never touched.
  static_assert(sizeof(Found) > sys::kScratchBlock);
  if (jail.found == nullptr) jail.found = static_cast<Found*>(sys::scratch(sizeof(Found)));
  return jail.found;
}

void forget_found(Jail& jail) {
  if (jail.found != nullptr) sys::call(__NR_munmap, jail.found, sizeof(Found));
  jail.found = nullptr;
}

bool read_uid(const Jail& jail, const char* word, uint64_t& id) {
  if (!same(word, "found")) return read_number(word, kMostId, id);
  if (jail.found != nullptr) id = jail.found->uid;
  return jail.found != nullptr;
}

bool read_gid(const Jail& jail, const char* word, uint64_t& id) {
  if (!same(word, "found")) return read_number(word, kMostId, id);
  if (jail.found != nullptr) id = jail.found->gid;
  return jail.found != nullptr;
}

int try_owner(uint32_t uid, uint32_t gid) {
  int ends[2];
  if (const int error = sys::error_of(__NR_pipe2, ends, O_CLOEXEC)) return error;
  const sys::Fd read(ends[0]);
  const sys::Fd write(ends[1]);
  return sys::error_of(__NR_fchown, write.get(), uid, gid);
}

bool replaces(const Found& found, const char* assignment) {
  for (size_t i = 0; i < found.variable_count; i++) {
    if (same_name(found.variables[i].text(), assignment)) return true;
  }
  return false;
}

}  // namespace jailer
