// One job at a time: see cloner.h.
#include "cloner.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include "memfd.h"
#include "vfork_child.h"

namespace tsjail {

namespace {

constexpr size_t kStack = 64 * 1024;
constexpr size_t kGuard = 64 * 1024;
constexpr int kTries = 3;
/** Standard descriptors, which come first of those that are asked for. */
constexpr int kStdio = 3;
/** SIGKILL and SIGSTOP cannot be set. */
constexpr uint64_t kAllSignals = ~(uint64_t{1} << (SIGKILL - 1) | uint64_t{1} << (SIGSTOP - 1));

/** A descriptor of the daemon's in the launchers' own table, until the end of the scope. */
class Borrowed {
 public:
  Borrowed(int self, int fd)
      : own_(self >= 0), fd_(own_ ? static_cast<int>(::syscall(SYS_pidfd_getfd, self, fd, 0)) : fd) {}
  Borrowed(Borrowed&& other) noexcept : own_(std::exchange(other.own_, false)), fd_(other.fd_) {}
  Borrowed& operator=(Borrowed&&) = delete;
  ~Borrowed() {
    if (own_ && fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  bool own_;
  int fd_;
};

Result<std::vector<Borrowed>> borrow(int self, const std::vector<int>& wanted) {
  std::vector<Borrowed> borrowed;
  borrowed.reserve(wanted.size());
  for (const int fd : wanted) {
    // Where the table is the process's own no call says so.
    if (fd < 0) return SystemError{EBADF, "pidfd_getfd", "descriptor " + std::to_string(fd)};
    borrowed.emplace_back(self, fd);
    if (borrowed.back().get() < 0) return failed("pidfd_getfd", "descriptor " + std::to_string(fd));
  }
  return borrowed;
}

}  // namespace

/** What a child is cloned with, besides what its request says. Closed when the child has exec'd. */
struct Inheritance {
  std::vector<Borrowed> borrowed;
  UniqueFd plan;
  /** cgroup.procs of the groups that it joins by itself. */
  std::vector<UniqueFd> joins;
  UniqueFd kill;
  /** The group's directory for CLONE_INTO_CGROUP, or its cgroup.procs where the child has to join by itself.
   */
  UniqueFd group;
  /** A net namespace that was made ahead, or nothing. */
  UniqueFd network;
  /** In the order of the child's, then the jailer's. */
  std::vector<int> fds;
};

namespace {

Result<UniqueFd> open_in(const std::string& directory, const char* file, int flags) {
  std::string path = directory + file;
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC));
  if (!fd) return failed("open", std::move(path));
  return fd;
}

Result<UniqueFd> open_made(const Order& order, bool at_birth) {
  return at_birth ? open_in(order.cgroup, "", O_RDONLY | O_DIRECTORY)
                  : open_in(order.cgroup, "/cgroup.procs", O_WRONLY);
}

/** Most are there from the run before. Made here because the kernel's cgroup lock, which a clone in another
 * launcher may hold, must not stop the loop. */
Result<UniqueFd> open_group(const Order& order, bool at_birth) {
  if (order.cgroup.empty()) return UniqueFd();
  auto group = open_made(order, at_birth);
  if (group || group.error().number != ENOENT) return group;
  if (::mkdir(order.cgroup.c_str(), 0755) < 0 && errno != EEXIST) return failed("mkdir", order.cgroup);
  return open_made(order, at_birth);
}

/** Here, as whoever made them: in the jail their files may be out of sight, or another user's. */
Result<std::vector<UniqueFd>> open_joins(const Order& order) {
  std::vector<UniqueFd> joins;
  for (const std::string& directory : order.joins) {
    auto procs = open_in(directory, "/cgroup.procs", O_WRONLY);
    if (!procs) return procs.error();
    joins.push_back(std::move(*procs));
  }
  return joins;
}

Result<UniqueFd> open_kill(const Order& order) {
  if (!order.hand_over_kill) return UniqueFd();
  auto kill = open_in(order.cgroup, "/cgroup.kill", O_WRONLY);
  if (!kill && kill.error().number == ENOENT) return UniqueFd();
  return kill;
}

Result<Inheritance> gather(Job& job, const LauncherState& state) {
  const SpawnRequest& request = job.request;
  const Order& order = *request.order;
  std::vector<int> wanted;
  for (const int fd : request.fds) wanted.push_back(fd == kOutputPipe ? job.output.get() : fd);
  wanted.insert(wanted.begin() + kStdio, job.control.get());
  wanted.push_back(request.jailer_fd);
  auto borrowed = borrow(state.self, wanted);
  if (!borrowed) return borrowed.error();
  auto plan = make_memfd("tsjail-plan", order.plan);
  if (!plan) return plan.error();
  auto group = open_group(order, state.features.into_cgroup);
  if (!group) return group.error();
  auto joins = open_joins(order);
  if (!joins) return joins.error();
  auto kill = open_kill(order);
  if (!kill) return kill.error();
  Inheritance all = {
      std::move(*borrowed), std::move(*plan), std::move(*joins), std::move(*kill), std::move(*group), {}, {}};
  for (const Borrowed& fd : all.borrowed) all.fds.push_back(fd.get());
  auto next = all.fds.insert(all.fds.begin() + kStdio + 1, all.plan.get()) + 1;
  for (const UniqueFd& fd : all.joins) next = all.fds.insert(next, fd.get()) + 1;
  if (all.kill) all.fds.insert(all.fds.end() - 1, all.kill.get());
  return all;
}

int descriptor_bound() {
  constexpr rlim_t kCap = 1 << 20;
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > kCap) return kCap;
  return static_cast<int>(limit.rlim_cur);
}

/** False: it was given up while it waited in the queue. */
bool take(Job& job) {
  const std::lock_guard guard(job.end);
  job.taken = !job.unwanted;
  return job.taken;
}

/** ECHILD, if it fails at all: somebody else took the status, and nothing is left to wait for. */
void wait_for_end(pid_t pid) {
  siginfo_t info;
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) < 0 && errno == EINTR) continue;
}

/** Of a child that could not exec. Its number is nobody's afterwards. */
void reap(Job& job) {
  const std::lock_guard guard(job.end);
  const std::atomic_ref<pid_t> pid(job.pid);
  wait_for_end(pid.load());
  pid.store(0);
}

}  // namespace

Result<Cloner> Cloner::create(const LauncherState& state) {
  constexpr int kind = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK;
  void* memory = ::mmap(nullptr, kGuard + kStack, PROT_NONE, kind, -1, 0);
  if (memory == MAP_FAILED) return failed("mmap");
  char* stack = static_cast<char*>(memory) + kGuard;
  if (::mprotect(stack, kStack, PROT_READ | PROT_WRITE) < 0) return failed("mprotect");
  return Cloner(state, stack);
}

void Cloner::run(Job& job) const {
  if (job.reap) return wait_for_end(job.pid);
  bool spare = job.request.order->spare_network && state_.self >= 0;
  for (int tries = kTries; tries > 0;) {
    if (!take(job)) {
      job.error = {ECANCELED, "clone", {}};
      return;
    }
    job.error = {0, nullptr, {}};
    auto inheritance = gather(job, state_);
    if (!inheritance) {
      job.error = inheritance.error();
      return;
    }
    if (spare) inheritance->network = state_.networks->take();
    clone(job, *inheritance);
    if (spare) state_.networks->refill();
    const int error = job.error.number;
    const bool refused = error != 0 && job.error.syscall == kSetns;
    if (refused) state_.networks->refused(error);
    if (error == ENOSPC) state_.networks->give_way();
    // The group was removed after an earlier run, between our opening it and the clone.
    const bool group_gone = error == ENODEV && !job.request.order->cgroup.empty();
    if (!refused && !group_gone) return;
    spare = spare && !refused;
    if (!refused) tries--;
  }
}

void Cloner::clone(Job& job, Inheritance& inheritance) const {
  std::vector<int>& fds = inheritance.fds;
  const int group_fd = inheritance.group.get();
  const char* const argv[] = {"tsjail-jailer", job.request.order->name.c_str(), nullptr};
  const bool joins = group_fd >= 0 && !state_.features.into_cgroup;
  ChildOrders orders = {};
  orders.fds = fds.data();
  orders.count = static_cast<int>(fds.size());
  // Whatever is in our own table is close-on-exec already.
  orders.descriptor_bound = state_.self >= 0 ? 0 : descriptor_bound();
  orders.network = inheritance.network.get();
  orders.group_fd = joins ? group_fd : -1;
  // A cgroup namespace shows as its root the group that its first process was in when it was made.
  orders.unshare = joins ? static_cast<unsigned long>(job.request.order->flags & CLONE_NEWCGROUP) : 0;
  orders.argv = argv;
  orders.default_signals = state_.features.clone3 ? state_.ignored_signals : kAllSignals;
  orders.reset_scheduling = state_.batch;
  orders.keep_capabilities = (job.request.order->flags & CLONE_NEWUSER) != 0;
  const uint64_t spared = inheritance.network ? CLONE_NEWNET : 0;
  const uint64_t flags = job.request.order->flags & ~uint64_t{orders.unshare} & ~spared;
  const long pid = call(flags, joins ? -1 : group_fd, job.pid, orders);
  if (pid < 0) {
    job.error = {static_cast<int>(-pid), state_.features.clone3 ? "clone3" : "clone", {}};
  } else if (orders.error != 0) {
    job.error = {orders.error, orders.syscall, {}};
    reap(job);
  }
}

long Cloner::call(uint64_t namespaces, int group_fd, pid_t& pid, ChildOrders& orders) const {
  const uint64_t flags = namespaces | CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID;
  if (!state_.features.clone3) {
    // clone(2) has the exit signal where clone3(2) has CLONE_NEWTIME.
    if ((flags & ~uint64_t{UINT32_MAX & ~CSIGNAL}) != 0) return -EINVAL;
    return clone_child(flags | SIGCHLD, stack_ + kStack, &pid, orders);
  }
  const bool into_cgroup = group_fd >= 0;
  clone_args arguments = {};
  arguments.flags = flags | CLONE_CLEAR_SIGHAND | (into_cgroup ? CLONE_INTO_CGROUP : 0);
  arguments.exit_signal = SIGCHLD;
  arguments.parent_tid = reinterpret_cast<uint64_t>(&pid);
  arguments.stack = reinterpret_cast<uint64_t>(stack_);
  arguments.stack_size = kStack;
  arguments.cgroup = into_cgroup ? static_cast<uint64_t>(group_fd) : 0;
  return clone3_child(&arguments, sizeof arguments, orders);
}

}  // namespace tsjail
