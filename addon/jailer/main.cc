// The jailer: does the steps of the plan one after the other in the namespaces it was cloned into, and execs
// the command.
#include "main.h"

#include <linux/mman.h>

#include "control.h"
#include "fds.h"
#include "jail.h"
#include "janitor.h"

namespace jailer {

namespace {

constexpr StepFunction kFunctions[] = {
#define X(name, least, most) steps::name,
    TSJAIL_STEPS(X)
#undef X
};

int map_plan(Jail& jail) {
  const long size = sys::call(__NR_lseek, kPlanFd, 0, sys::kSeekEnd);
  if (size < 0) return static_cast<int>(-size);
  if (size == 0) return EINVAL;
  const long at = sys::call(__NR_mmap, nullptr, size, PROT_READ, MAP_PRIVATE, kPlanFd, 0);
  if (at < 0 && at > -4096) return static_cast<int>(-at);
  jail.plan = reinterpret_cast<const char*>(at);
  jail.plan_size = static_cast<size_t>(size);
  return 0;
}

void check(Jail& jail) {
  const PlanFault fault = check_plan(jail.plan, jail.plan_size);
  if (fault.what == nullptr) return;
  jail.step = fault.step;
  jail.detail << fault.what;
  fail(jail, EINVAL);
}

/** `init` has its number. */
void find_kill_fd(Jail& jail) {
  PlanReader reader(jail.plan, jail.plan_size);
  for (Step step{}; reader.next(step) == Reading::step;) {
    if (step.id != StepId::init) continue;
    step.arguments.next();
    step.arguments.next();
    uint64_t fd = 0;
    if (read_number(step.arguments.next(), INT32_MAX, fd) && fd > kPlanFd && is_open(static_cast<int>(fd)))
      jail.kill_fd = static_cast<int>(fd);
    return;
  }
}

void do_step(Jail& jail, const Step& step) {
  if (jail.hooks.skipped > 0) {
    jail.hooks.skipped--;
    return;
  }
  if (jail.hooks.other_event && step.id != StepId::hook_on && step.id != StepId::hook_done) return;
  const int error = kFunctions[static_cast<size_t>(step.id)](jail, step.arguments);
  if (error == 0) return;
  if (!jail.hooks.lenient) fail(jail, error);
  report_failure(jail, error);
}

}  // namespace

void fail(Jail& jail, int error) {
  take_back(jail);
  MessageText message;
  end_helpers_children(jail);
  message << "failed " << uint64_t{jail.step} << ' ' << (error == kTold ? 0 : error);
  if (jail.detail.size() > 0) message << ' ' << jail.detail.text();
  send(message);
  jail.setns.remove();
  if (jail.status_fd >= 0) sys::call(__NR_write, jail.status_fd, "f", 1);
  sys::exit(kSetUpFailed);
}

int refuse(Jail& jail, const char* argument) {
  jail.detail << "not an argument for this step: '" << argument << '\'';
  return EINVAL;
}

void run() {
  Jail jail;
  if (const int error = map_plan(jail)) {
    jail.detail << "the plan on descriptor " << kPlanFd;
    fail(jail, error);
  }
  check(jail);
  find_kill_fd(jail);
  PlanReader reader(jail.plan, jail.plan_size);
  for (Step step{}; reader.next(step) == Reading::step; jail.step++) do_step(jail, step);
  sys::exit(kSetUpFailed);
}

}  // namespace jailer
