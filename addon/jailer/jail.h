// What the steps of one plan share: where the plan is, which step is being done, and what to say when it
// fails.
#pragma once

#include <linux/types.h>

#include "hook.h"
#include "notify.h"
#include "plan.h"
#include "root.h"
#include "setns_server.h"
#include "sys.h"
#include "text.h"

namespace jailer {

inline constexpr int kPlanFd = 4;
/** Exit code of a start that failed, or whose Emperor is gone. */
inline constexpr int kSetUpFailed = 125;

struct Found;

/** Descriptors from `first` on are the command's, at these numbers. */
struct Passed {
  static constexpr uint32_t kMost = 64;
  int first = 0;
  uint32_t count = 0;
  int targets[kMost];
};

/** Programs that may take the place of the command's, with its arguments. */
struct OtherPrograms {
  uint64_t before = 0;
  Arguments names;
};

struct Jail {
  const char* plan = nullptr;
  size_t plan_size = 0;
  /** Index of the step being done. */
  uint32_t step = 0;
  /** Object and hint, for the step's failure. */
  Text<512> detail;
  /** The command's end of what connects it to its init; -1 before `init`. */
  int status_fd = -1;
  /** cgroup.kill of the jail's group, when we were given it; -1: no. Known before anything else is opened,
   * which could get its number. */
  int kill_fd = -1;
  /** Null: nobody was looked up in the jail. */
  Found* found = nullptr;
  /** CLONE_NEW flags of the namespaces that are joined ones: nothing of them is ours to change unasked. */
  uint32_t joined = 0;
  /** What the init is to hand out. */
  SetnsServer setns;
  /** What the command may tell of itself. */
  NotifyServer notify;
  /** `close-fds` was done. */
  bool fds_sealed = false;
  Passed passed;
  OtherPrograms others;
  Root root;
  Hooks hooks;
};

/** Tells the Emperor that the current step failed with `error`, and ends this process. */
[[noreturn]] void fail(Jail& jail, int error);

/** For an argument that cannot be: EINVAL, with the argument as the detail. */
int refuse(Jail& jail, const char* argument);

/** Does a step: 0, or the errno to report. */
using StepFunction = int (*)(Jail& jail, Arguments arguments);

namespace steps {
#define X(name, least, most) int name(Jail& jail, Arguments arguments);
TSJAIL_STEPS(X)
#undef X
}  // namespace steps

}  // namespace jailer
