// The whole jailer: a plan, and behind a mark the tape of what the kernel answers.
#include "../../addon/jailer/main.h"
#include "kernel.h"
#include "mutator.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fuzz::Parts parts = fuzz::parts_of(data, size);
  const fuzz::World world = {{parts.tape, data + size}, parts.plan, parts.plan_size};
  fuzz::run(
      world, [](void*) { jailer::run(); }, nullptr);
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed) {
  return fuzz::mutate(data, size, most, seed);
}
