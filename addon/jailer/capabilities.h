// capget(2) and capset(2) on this process.
#pragma once

#include <stdint.h>

namespace jailer {

/** Inheritable set to nothing; 0 or errno. */
int drop_inheritable();

/** Permitted and effective to what of `wanted` is permitted now, inheritable to nothing; 0 or errno. */
int keep_capabilities(uint64_t wanted);

}  // namespace jailer
