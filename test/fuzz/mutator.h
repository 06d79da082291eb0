// A mutator that knows plans: steps are doubled, moved and taken away, arguments are swapped and changed, and
// the numbers of arguments stay true. Bytes changed blindly would hardly ever leave a plan that is begun at
// all.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace fuzz {

struct Parts {
  const uint8_t* plan;
  size_t plan_size;
  const uint8_t* tape;
};

/** Without a mark all is plan. */
Parts parts_of(const uint8_t* data, size_t size);

size_t mutate(uint8_t* data, size_t size, size_t most, unsigned seed);

}  // namespace fuzz
