// The threads that clone: see launcher.h.
#include "launcher.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <memory>
#include <semaphore>

#include "cloner.h"
#include "launcher_table.h"
#include "thread.h"
#include "unique_fd.h"

namespace tsjail {

namespace {

constexpr size_t kThreadStack = 256 * 1024;

/** What a new thread is given, and what it answers. */
struct Start {
  LauncherPipes pipes;
  LauncherState state;
  Status status = Done{};
  std::binary_semaphore ready{0};
};

using Starting = std::shared_ptr<Start>;

/** Takes jobs until the writing end of their pipe is closed. A pointer goes through a pipe in one piece, to
 * one reader. */
void serve(const LauncherPipes& pipes, const Cloner& cloner) {
  for (;;) {
    Job* job = nullptr;
    const ssize_t size = ::read(pipes.jobs, &job, sizeof job);
    if (size < 0 && errno == EINTR) continue;
    if (size != sizeof job) return;
    cloner.run(*job);
    while (::write(pipes.done, &job, sizeof job) < 0 && errno == EINTR) continue;
  }
}

void launch(const Starting& start, Status (*prepare)(Start&)) {
  ::pthread_setname_np(::pthread_self(), "tsjail-launcher");
  start->status = prepare(*start);
  auto cloner = Cloner::create(start->state);
  if (start->status && !cloner) start->status = cloner.error();
  const bool fine = static_cast<bool>(start->status);
  const LauncherPipes pipes = start->pipes;
  start->ready.release();
  if (fine) serve(pipes, *cloner);
}

/** Returns when the thread is set up. */
Status start_thread(Status (*prepare)(Start&), const Starting& start) {
  Status started = start_detached(kThreadStack, [=] { launch(start, prepare); });
  if (!started) return started;
  start->ready.acquire();
  return std::move(start->status);
}

void close_between(unsigned first, unsigned last) {
  if (first > last || ::syscall(SYS_close_range, first, last, 0) == 0) return;
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
  for (unsigned fd = first; fd <= last && fd < limit.rlim_cur; fd++) ::close(static_cast<int>(fd));
}

/** A copy that stays as long as the threads do, of a descriptor of the process. */
Status adopt(int self, int& fd) {
  const UniqueFd fetched(self < 0 ? -1 : static_cast<int>(::syscall(SYS_pidfd_getfd, self, fd, 0)));
  if (self >= 0 && !fetched) return failed("pidfd_getfd");
  fd = ::fcntl(fetched ? fetched.get() : fd, F_DUPFD_CLOEXEC, kResidents);
  return check(fd, "fcntl");
}

/** Every clone copies the table of descriptors and every exec closes it: with 10 000 of the daemon's most of
 * a millisecond. So the launchers have a table of their own, with nothing in it but what they need. */
Status own_table(LauncherState& state) {
  if (state.self < 0) return Done{};
  if (::unshare(CLONE_FILES) < 0) return failed("unshare");
  const UniqueFd self(state.self);
  const auto number = static_cast<unsigned>(self.get());
  if (number > 0) close_between(0, number - 1);
  close_between(number + 1, ~0U);
  state.self = ::fcntl(self.get(), F_DUPFD_CLOEXEC, kResidents);
  return check(state.self, "fcntl");
}

/** The daemon's directory and umask are none of the jail's business: its init would keep the directory's
 * mount busy. */
Status own_directory() {
  if (::unshare(CLONE_FS) < 0) return failed("unshare");
  ::umask(022);
  return check(::chdir("/"), "chdir");
}

/** A launcher that is woken must not push the main loop off its processor. */
bool become_batch() {
  const sched_param priority = {};
  return ::sched_getscheduler(0) == SCHED_OTHER && ::sched_setscheduler(0, SCHED_BATCH, &priority) == 0;
}

Status prepare_second(Start&) { return Done{}; }

/** What the first sets up for itself, the second inherits: table, directory, policy. */
Status prepare_first(Start& start) {
  if (Status done = own_table(start.state); !done) return done;
  if (Status done = own_directory(); !done) return done;
  if (Status done = adopt(start.state.self, start.pipes.jobs); !done) return done;
  if (Status done = adopt(start.state.self, start.pipes.done); !done) return done;
  start.state.batch = become_batch();
  const std::shared_ptr<Start> next(new Start);
  next->pipes = start.pipes;
  next->state = start.state;
  return start_thread(prepare_second, next);
}

uint64_t ignored_signals() {
  uint64_t ignored = 0;
  for (int signal = 1; signal < NSIG; signal++) {
    struct sigaction action = {};
    if (::sigaction(signal, nullptr, &action) < 0 || action.sa_handler != SIG_IGN) continue;
    ignored |= uint64_t{1} << (signal - 1);
  }
  // The lease probe ignores SIGIO, perhaps only later.
  return ignored | uint64_t{1} << (SIGIO - 1);
}

}  // namespace

Status start_launchers(const LauncherPipes& pipes, std::shared_ptr<NetworkPool> networks) {
  const UniqueFd self(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
  if (!self) return failed("pidfd_open");
  // Filters of containers may refuse it, tied to CAP_SYS_PTRACE; then the table of the process has to do.
  const UniqueFd fetched(static_cast<int>(::syscall(SYS_pidfd_getfd, self.get(), self.get(), 0)));
  const std::shared_ptr<Start> start(new Start);
  start->pipes = pipes;
  start->state = {features(), fetched ? self.get() : -1, ignored_signals(), false, std::move(networks)};
  return start_thread(prepare_first, start);
}

}  // namespace tsjail
