// mount(2) as the steps have its arguments: an empty string is NULL.
#pragma once

#include <stdint.h>

namespace jailer {

struct Mount {
  const char* source;
  const char* target;
  const char* fstype;
  uint64_t flags;
  const char* data;
};

/** With `flags` instead of its own; 0 or errno. */
int call_mount(const Mount& mount, uint64_t flags);

}  // namespace jailer
