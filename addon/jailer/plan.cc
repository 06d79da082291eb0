// The reader of the plan's bytes: see plan.h.
#include "plan.h"

#include "text.h"

namespace jailer {

namespace {

struct StepShape {
  /** With `_` where the plan has `-`. */
  const char* name;
  uint32_t least;
  uint32_t most;
};

constexpr StepShape kShapes[] = {
#define X(name, least, most) {#name, least, most},
    TSJAIL_STEPS(X)
#undef X
};
constexpr size_t kShapeCount = sizeof kShapes / sizeof kShapes[0];
constexpr uint64_t kMostArguments = 1 << 20;

bool is_name(const char* word, const char* name) {
  for (; *name; word++, name++) {
    if (*word != (*name == '_' ? '-' : *name)) return false;
  }
  return *word == 0;
}

size_t shape_of(const char* word) {
  size_t index = 0;
  while (index < kShapeCount && !is_name(word, kShapes[index].name)) index++;
  return index;
}

}  // namespace

const char* Arguments::next() {
  if (left_ == 0) return "";
  const char* word = at_;
  left_--;
  at_ += length(at_) + 1;
  return word;
}

const char* PlanReader::word() {
  const char* start = at_;
  for (const char* p = at_; p < end_; p++) {
    if (*p != 0) continue;
    at_ = p + 1;
    return start;
  }
  return nullptr;
}

Reading PlanReader::wrong(const char* fault) {
  fault_ = fault;
  at_ = end_;
  return Reading::malformed;
}

Reading PlanReader::next(Step& step) {
  if (at_ == end_) return Reading::end;
  const char* name = word();
  if (name == nullptr) return wrong("the plan is cut off in the name of a step");
  const size_t index = shape_of(name);
  if (index == kShapeCount) return wrong("the plan has a step of an unknown name");
  const char* number = word();
  uint64_t count = 0;
  if (number == nullptr || !read_number(number, kMostArguments, count)) {
    return wrong("the number of arguments is no number");
  }
  if (count < kShapes[index].least || count > kShapes[index].most) return wrong("wrong number of arguments");
  const char* first = at_;
  for (uint64_t i = 0; i < count; i++) {
    if (word() == nullptr) return wrong("the plan is cut off in the arguments");
  }
  step = {static_cast<StepId>(index), Arguments(count == 0 ? "" : first, static_cast<uint32_t>(count))};
  return Reading::step;
}

bool plan_has(const char* bytes, size_t size, StepId id) {
  PlanReader reader(bytes, size);
  for (Step step{}; reader.next(step) == Reading::step;) {
    if (step.id == id) return true;
  }
  return false;
}

PlanFault check_plan(const char* bytes, size_t size) {
  PlanReader reader(bytes, size);
  Step step{};
  bool has_init = false;
  bool may_end = false;
  for (uint32_t index = 0;; index++) {
    const Reading reading = reader.next(step);
    if (reading == Reading::malformed) return {index, reader.fault()};
    if (reading == Reading::end) return {index, may_end ? nullptr : "the plan ends without exec"};
    may_end = step.id == StepId::hook_done && !has_init;
    if (step.id == StepId::init && has_init) return {index, "a second init"};
    has_init = has_init || step.id == StepId::init;
    if (step.id != StepId::exec) continue;
    const bool last = reader.next(step) == Reading::end;
    return last ? PlanFault{index, nullptr} : PlanFault{index + 1, "a step after exec"};
  }
}

}  // namespace jailer
