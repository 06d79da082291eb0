// The plan: strings ended by NUL — name of a step, number of its arguments, the arguments. Reading it is pure
// and bound-checked; whoever wrote it, no byte outside of it is looked at.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../steps.h"

namespace jailer {

enum class StepId : uint8_t {
#define X(name, least, most) name,
  TSJAIL_STEPS(X)
#undef X
};

/** The arguments of one step, taken one after the other. */
class Arguments {
 public:
  Arguments() = default;
  Arguments(const char* first, uint32_t count) : at_(first), left_(count) {}

  uint32_t left() const { return left_; }
  /** The next one; an empty string when there is none. */
  const char* next();

 private:
  const char* at_ = "";
  uint32_t left_ = 0;
};

struct Step {
  StepId id;
  Arguments arguments;
};

enum class Reading : uint8_t { step, end, malformed };

class PlanReader {
 public:
  PlanReader(const char* bytes, size_t size) : at_(bytes), end_(bytes + size) {}

  Reading next(Step& step);
  /** What is wrong, after `malformed`. */
  const char* fault() const { return fault_; }

 private:
  const char* word();
  Reading wrong(const char* fault);

  const char* at_;
  const char* end_;
  const char* fault_ = "";
};

struct PlanFault {
  /** Index of the step that cannot be; the number of steps when the end is missing. */
  uint32_t step;
  /** Null: nothing is wrong. */
  const char* what;
};

/** Of a plan that was checked. */
bool plan_has(const char* bytes, size_t size, StepId id);

/** Looks through the whole plan before any of it is done: half a jail is worse than none. */
PlanFault check_plan(const char* bytes, size_t size);

}  // namespace jailer
