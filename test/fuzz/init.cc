// The init of a jail, all its life: what the Emperor says on the control socket, what the command tells of
// itself, who asks for the namespaces, and who dies.
#include "../../addon/jailer/jail.h"
#include "kernel.h"

namespace {

constexpr char kPlan[] = "init\0004\0000\0000\00060\0000\0exec\0002\0001\0true\0";
constexpr char kWords[] = "0\0000\00060\0000";

void live(void*) {
  jailer::Jail jail;
  const long at = jailer::sys::call(__NR_mmap, nullptr, sizeof kPlan - 1, 0, 0, jailer::kPlanFd, 0);
  jail.plan = reinterpret_cast<const char*>(at);
  jail.plan_size = sizeof kPlan - 1;
  jail.setns.listener = 8;
  jail.setns.fds[jail.setns.count++] = 9;
  if (jail.notify.open() != 0) return;
  jailer::steps::init(jail, jailer::Arguments(kWords, 4));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto* plan = reinterpret_cast<const uint8_t*>(kPlan);
  fuzz::run({{data, data + size}, plan, sizeof kPlan - 1, true, false}, live, nullptr);
  return 0;
}
