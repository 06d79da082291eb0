// Between clone and exec: see vfork_child.h. Only uapi headers here: libc's would invite its functions in.
#include "vfork_child.h"

#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/sched.h>

#include "jailer/sys.h"

namespace tsjail {

namespace {

namespace sys = jailer::sys;

constexpr int kSignals = 64;
constexpr int kSetMask = 2;

/** Notes which call failed; true when it did. */
bool fails(ChildOrders& orders, long result, const char* syscall) {
  if (result >= 0) return false;
  orders.error = static_cast<int>(-result);
  orders.syscall = syscall;
  return true;
}

/** First all that sit where others belong move up, then each goes to its place. */
bool place_fds(ChildOrders& orders) {
  const int jailer = orders.count - 1;
  for (int i = 0; i < orders.count; i++) {
    int& fd = orders.fds[i];
    if (fd >= orders.count || fd == i) continue;
    const long moved = sys::call(__NR_fcntl, fd, F_DUPFD_CLOEXEC, orders.count);
    if (fails(orders, moved, "fcntl")) return false;
    fd = static_cast<int>(moved);
  }
  for (int i = 0; i < orders.count; i++) {
    const int fd = orders.fds[i];
    const long placed = fd == i ? sys::call(__NR_fcntl, i, F_SETFD, i == jailer ? FD_CLOEXEC : 0)
                                : sys::call(__NR_dup3, fd, i, i == jailer ? O_CLOEXEC : 0);
    if (fails(orders, placed, "dup3")) return false;
  }
  return true;
}

void close_from(int first, int bound) {
  if (sys::call(__NR_close_range, first, ~0U, 0) == 0) return;
  for (int fd = first; fd < bound; fd++) sys::call(__NR_close, fd);
}

bool reset_signals(ChildOrders& orders) {
  const uint64_t by_default[4] = {};
  for (int signal = 1; signal <= kSignals; signal++) {
    if ((orders.default_signals >> (signal - 1) & 1) == 0) continue;
    const long set = sys::call(__NR_rt_sigaction, signal, by_default, nullptr, sys::kSignalSetSize);
    if (fails(orders, set, "rt_sigaction")) return false;
  }
  return true;
}

bool keep_capabilities(ChildOrders& orders) {
  if (!orders.keep_capabilities) return true;
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3] = {};
  if (fails(orders, sys::call(__NR_capget, &header, halves), "capget")) return false;
  for (auto& half : halves) half.inheritable = half.permitted;
  if (fails(orders, sys::call(__NR_capset, &header, halves), "capset")) return false;
  for (int capability = 0; capability < 64; capability++) {
    if ((halves[capability / 32].permitted >> capability % 32 & 1) == 0) continue;
    const long raised = sys::call(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
    if (fails(orders, raised, "prctl")) return false;
  }
  return true;
}

bool reset_scheduling(ChildOrders& orders) {
  if (!orders.reset_scheduling) return true;
  const int priority = 0;
  const long set = sys::call(__NR_sched_setscheduler, 0, SCHED_NORMAL, &priority);
  return !fails(orders, set, "sched_setscheduler");
}

bool empty_mask(ChildOrders& orders) {
  const uint64_t none = 0;
  const long set = sys::call(__NR_rt_sigprocmask, kSetMask, &none, nullptr, sys::kSignalSetSize);
  return !fails(orders, set, "rt_sigprocmask");
}

void execute(ChildOrders& orders) {
  const char* const no_environment[] = {nullptr};
  const int jailer = orders.count - 1;
  fails(orders, sys::call(__NR_execveat, jailer, "", orders.argv, no_environment, AT_EMPTY_PATH), "execveat");
}

/** Before the descriptors are placed: the group's may lie where another one goes. `0` is whoever writes it.
 */
bool join_group(ChildOrders& orders) {
  if (orders.group_fd < 0) return true;
  if (fails(orders, sys::call(__NR_write, orders.group_fd, "0", 1), "write to cgroup.procs")) return false;
  return orders.unshare == 0 || !fails(orders, sys::call(__NR_unshare, orders.unshare), "unshare");
}

/** Before the descriptors are placed, too. */
bool enter_network(ChildOrders& orders) {
  if (orders.network < 0) return true;
  return !fails(orders, sys::call(__NR_setns, orders.network, CLONE_NEWNET), kSetns);
}

void child(ChildOrders* orders) {
  if (enter_network(*orders) && join_group(*orders) && place_fds(*orders)) {
    close_from(orders->count, orders->descriptor_bound);
    // Signals come through from empty_mask() on: no handler of the daemon's may be left by then.
    if (reset_signals(*orders) && keep_capabilities(*orders) && reset_scheduling(*orders) &&
        empty_mask(*orders)) {
      execute(*orders);
    }
  }
  sys::exit(127);
}

/** clone(2) and clone3(2) return in two places: the child's stack is empty, so it cannot return like its
 * parent. */
long clone_into(long number, unsigned long a, unsigned long b, unsigned long c, ChildOrders& orders) {
  void (*const function)(ChildOrders*) = child;
#if defined(__x86_64__)
  register long r10 asm("r10") = 0;
  register long r8 asm("r8") = 0;
  long result;
  asm volatile(
      "syscall\n"
      "test %%rax, %%rax\n"
      "jnz 1f\n"
      "xor %%ebp, %%ebp\n"
      "mov %[orders], %%rdi\n"
      "call *%[function]\n"
      "hlt\n"
      "1:\n"
      : "=a"(result)
      : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10),
        "r"(r8), [function] "r"(function), [orders] "r"(&orders)
      : "rcx", "r11", "cc", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = static_cast<long>(a);
  register long x1 asm("x1") = static_cast<long>(b);
  register long x2 asm("x2") = static_cast<long>(c);
  register long x3 asm("x3") = 0;
  register long x4 asm("x4") = 0;
  asm volatile(
      "svc #0\n"
      "cbnz x0, 1f\n"
      "mov x29, xzr\n"
      "mov x30, xzr\n"
      "mov x0, %[orders]\n"
      "blr %[function]\n"
      "brk #1\n"
      "1:\n"
      : "+r"(x0)
      : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), [function] "r"(function), [orders] "r"(&orders)
      : "cc", "memory");
  return x0;
#endif
}

}  // namespace

long clone3_child(const void* arguments, unsigned long size, ChildOrders& orders) {
  return clone_into(__NR_clone3, reinterpret_cast<unsigned long>(arguments), size, 0, orders);
}

long clone_child(unsigned long flags, void* stack_top, int* parent_tid, ChildOrders& orders) {
  return clone_into(__NR_clone, flags, reinterpret_cast<unsigned long>(stack_top),
                    reinterpret_cast<unsigned long>(parent_tid), orders);
}

}  // namespace tsjail
