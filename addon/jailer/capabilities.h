// capget(2), capset(2) and the capability calls of prctl(2) on this process.
#pragma once

#include <stdint.h>

namespace jailer {

/** Inheritable set to nothing; 0 or errno. */
int drop_inheritable();

/** Permitted and effective to what of `wanted` is permitted now, inheritable to nothing; 0 or errno. */
int keep_capabilities(uint64_t wanted);

/** Those that are permitted; 0 or errno. */
int read_permitted(uint64_t& permitted);

/** Those of the bounding set. */
uint64_t bounding_set();

/** Out of the bounding set goes what is not in `kept`, also what this program has no name for; 0 or errno. */
int limit_bounding_set(uint64_t kept);

/** Adds `wanted`, which must be permitted, to the inheritable and the ambient set; 0 or errno. */
int raise_ambient(uint64_t wanted);

/** Permitted, effective and inheritable to what is ambient: what will be left after the exec of an ordinary
 * uid; 0 or errno. */
int settle_on_ambient();

/** Does an exec as uid 0 give capabilities? Not with SECBIT_NOROOT (capabilities(7)). */
bool root_is_special();

}  // namespace jailer
