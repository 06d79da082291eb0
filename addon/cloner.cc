// One job at a time: see cloner.h.
#include "cloner.h"

#include <linux/sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vfork_child.h"

namespace tsjail {

namespace {

constexpr size_t kStack = 64 * 1024;
constexpr size_t kGuard = 64 * 1024;
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
    borrowed.emplace_back(self, fd);
    if (borrowed.back().get() < 0) return failed("pidfd_getfd", "descriptor " + std::to_string(fd));
  }
  return borrowed;
}

/** The descriptors of the child, then the jailer's, then the group's. */
std::vector<int> wanted_fds(const SpawnRequest& request) {
  std::vector<int> wanted = request.fds;
  wanted.push_back(request.jailer_fd);
  if (request.cgroup_fd >= 0) wanted.push_back(request.cgroup_fd);
  return wanted;
}

std::vector<const char*> words_of(const std::vector<std::string>& argv) {
  std::vector<const char*> words;
  words.reserve(argv.size() + 1);
  for (const std::string& word : argv) words.push_back(word.c_str());
  words.push_back(nullptr);
  return words;
}

int descriptor_bound() {
  constexpr rlim_t kCap = 1 << 20;
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > kCap) return kCap;
  return static_cast<int>(limit.rlim_cur);
}

/** ECHILD, if it fails at all: somebody else took the status, and nothing is left to wait for. */
void wait_for_end(pid_t pid) {
  siginfo_t info;
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) < 0 && errno == EINTR) continue;
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
  auto borrowed = borrow(state_.self, wanted_fds(job.request));
  if (!borrowed) {
    job.error = borrowed.error();
    return;
  }
  std::vector<int> fds;
  fds.reserve(borrowed->size());
  for (const Borrowed& fd : *borrowed) fds.push_back(fd.get());
  clone(job, std::move(fds));
}

void Cloner::clone(Job& job, std::vector<int> fds) const {
  const auto argv = words_of(job.request.argv);
  ChildOrders orders = {};
  orders.fds = fds.data();
  orders.count = static_cast<int>(job.request.fds.size()) + 1;
  // Whatever is in our own table is close-on-exec already.
  orders.descriptor_bound = state_.self >= 0 ? 0 : descriptor_bound();
  orders.argv = argv.data();
  orders.default_signals = state_.features.clone3 ? state_.ignored_signals : kAllSignals;
  orders.reset_scheduling = state_.batch;
  orders.keep_capabilities = (job.request.flags & CLONE_NEWUSER) != 0;
  const long pid = call(job, fds.back(), orders);
  if (pid < 0) {
    job.error = {static_cast<int>(-pid), state_.features.clone3 ? "clone3" : "clone", {}};
  } else if (orders.error != 0) {
    job.error = {orders.error, orders.syscall, {}};
    wait_for_end(static_cast<pid_t>(pid));
  }
}

long Cloner::call(Job& job, int cgroup_fd, ChildOrders& orders) const {
  const uint64_t flags = job.request.flags | CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID;
  const bool into_cgroup = job.request.cgroup_fd >= 0;
  if (!state_.features.clone3) {
    // clone(2) has the exit signal where clone3(2) has CLONE_NEWTIME, and cannot place a child in a group.
    if ((flags & ~uint64_t{UINT32_MAX & ~CSIGNAL}) != 0 || into_cgroup) return -EINVAL;
    return clone_child(flags | SIGCHLD, stack_ + kStack, &job.pid, orders);
  }
  clone_args arguments = {};
  arguments.flags = flags | CLONE_CLEAR_SIGHAND | (into_cgroup ? CLONE_INTO_CGROUP : 0);
  arguments.exit_signal = SIGCHLD;
  arguments.parent_tid = reinterpret_cast<uint64_t>(&job.pid);
  arguments.stack = reinterpret_cast<uint64_t>(stack_);
  arguments.stack_size = kStack;
  arguments.cgroup = into_cgroup ? static_cast<uint64_t>(cgroup_fd) : 0;
  return clone3_child(&arguments, sizeof arguments, orders);
}

}  // namespace tsjail
