// Descriptors by the range.
#pragma once

#include <stdint.h>

namespace jailer {

/** Every descriptor from `first` on is closed by the next exec; 0 or errno. */
int close_on_exec_from(uint32_t first);

/** Closes all descriptors but `keep`, which is in ascending order. */
void close_all_but(const int* keep, uint32_t count);

bool is_open(int fd);

}  // namespace jailer
