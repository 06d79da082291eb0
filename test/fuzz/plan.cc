// The reader of the plan: whatever the bytes are, nothing outside of them is looked at, and a plan that was
// found good reads the same each time.
#include "../../addon/jailer/plan.h"

#include <string.h>

#include "kernel.h"

namespace {

/** Every word of every step lies in the plan. */
uint32_t walk(const char* bytes, size_t size) {
  jailer::PlanReader reader(bytes, size);
  jailer::Step step{};
  uint32_t count = 0;
  jailer::Reading reading;
  for (; (reading = reader.next(step)) == jailer::Reading::step; count++) {
    while (step.arguments.left() > 0) {
      const char* word = step.arguments.next();
      if (word < bytes || word + strlen(word) >= bytes + size)
        fuzz::broken("an argument lies outside of the plan");
    }
    if (*step.arguments.next() != 0) fuzz::broken("there is an argument behind the last one");
    if (!jailer::plan_has(bytes, size, step.id)) fuzz::broken("a step that is there was not found");
  }
  if (reading == jailer::Reading::malformed && *reader.fault() == 0) fuzz::broken("a fault without a word");
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const char* bytes = reinterpret_cast<const char*>(data);
  // Looking for each step is quadratic, and so is a plan of nothing else.
  if (size > 1 << 14) return 0;
  const uint32_t steps = walk(bytes, size);
  const jailer::PlanFault fault = jailer::check_plan(bytes, size);
  if (fault.what == nullptr && fault.step > steps) fuzz::broken("a good plan has fewer steps than it says");
  if (fault.what != nullptr && fault.step > steps) fuzz::broken("the fault is behind the plan");
  return 0;
}
