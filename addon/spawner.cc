// The main thread's side of spawning: see spawner.h.
#include "spawner.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include <algorithm>
#include <atomic>

#include "fds.h"
#include "launcher.h"
#include "sockets.h"

namespace tsjail {

namespace {

constexpr size_t kBatch = 64;

Result<FdPair> pointer_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) return failed("pipe2");
  return FdPair(ends[0], ends[1]);
}

/** A process started with SIGCHLD ignored would never get to see how a child ended (wait(2)). */
Status keep_exit_statuses() {
  struct sigaction action = {};
  if (::sigaction(SIGCHLD, nullptr, &action) < 0) return failed("sigaction");
  if (action.sa_handler != SIG_IGN) return Done{};
  action.sa_handler = SIG_DFL;
  return check(::sigaction(SIGCHLD, &action, nullptr), "sigaction");
}

/** Who opens /dev/stdout opens the pipe anew, and is asked for his rights. */
Status give_output(const UniqueFd& output, const Order& order) {
  if (order.output_uid == UINT32_MAX) return Done{};
  const auto uid = static_cast<uid_t>(order.output_uid);
  const auto gid = static_cast<gid_t>(order.output_gid);
  if (::fchown(output.get(), uid, gid) < 0) return failed("fchown", "the output pipe");
  return Done{};
}

/** Gives the child's ends to the job. */
Result<Connections> connect(Connection connection, Job& job) {
  Connections ours;
  ours.control = std::move(connection.control.first);
  job.our_control = ours.control.get();
  job.control = std::move(connection.control.second);
  const auto& fds = job.request.fds;
  if (std::find(fds.begin(), fds.end(), kOutputPipe) == fds.end()) return ours;
  if (Status given = give_output(connection.output.second, *job.request.order); !given) return given.error();
  ours.output = std::move(connection.output.first);
  job.output = std::move(connection.output.second);
  return ours;
}

}  // namespace

/** Launchers end when their pipe does. What they have in hand then, they may still write to: that memory
 * stays. */
Spawner::~Spawner() {
  networks_->end();
  for (auto& [job, owned] : in_flight_) static_cast<void>(owned.release());
}

Status Spawner::start() {
  if (jobs_) return Done{};
  if (Status kept = keep_exit_statuses(); !kept) return kept;
  auto jobs = pointer_pipe();
  if (!jobs) return jobs.error();
  auto done = pointer_pipe();
  if (!done) return done.error();
  if (::fcntl(jobs->second.get(), F_SETFL, O_NONBLOCK) < 0) return failed("fcntl");
  if (Status started = start_launchers({jobs->first.get(), done->second.get()}, networks_); !started)
    return started;
  done_ = std::move(done->first);
  if (Status watched = loop_.watch(
          done_.get(), EPOLLIN, [this](uint32_t) { collect(); }, Hold::no);
      !watched) {
    return watched;
  }
  jobs_ = std::move(jobs->second);
  connector_ = std::make_unique<Connector>();
  return Done{};
}

Result<Connections> Spawner::spawn(SpawnRequest request, std::function<void(Result<Child>)> done) {
  if (Status started = start(); !started) return started.error();
  if (request.fds.size() < 3) return SystemError{EINVAL, "spawn", "three standard descriptors"};
  auto job = std::make_unique<Job>();
  job->request = std::move(request);
  job->done = std::move(done);
  auto connection = connector_->take();
  if (!connection) return connection.error();
  auto ours = connect(std::move(*connection), *job);
  if (!ours) return ours;
  if (Status submitted = submit(job.get()); !submitted) return submitted.error();
  in_flight_.emplace(job.get(), std::move(job));
  loop_.hold();
  return ours;
}

bool Spawner::kill(int control) {
  for (const auto& [job, owned] : in_flight_) {
    if (job->our_control != control) continue;
    const std::lock_guard guard(job->end);
    job->unwanted = true;
    const pid_t pid = std::atomic_ref<pid_t>(job->pid).load();
    // Nobody reaps it while we hold the lock.
    if (pid > 0) ::kill(pid, SIGKILL);
    return pid > 0 || !job->taken;
  }
  return true;
}

bool Spawner::is_making(pid_t pid) const {
  for (const auto& [job, owned] : in_flight_) {
    if (std::atomic_ref<pid_t>(job->pid).load() == pid) return true;
  }
  return false;
}

Status Spawner::submit(Job* job) {
  if (::write(jobs_.get(), &job, sizeof job) < 0) return failed("write", "queue of the launchers");
  return Done{};
}

void Spawner::collect() {
  Job* done[kBatch];
  const ssize_t size = ::read(done_.get(), done, sizeof done);
  for (ssize_t i = 0; i < size / static_cast<ssize_t>(sizeof *done); i++) finish(*done[i]);
  connector_->refill();
}

void Spawner::finish(Job& job) {
  Result<Child> result = job.error;
  if (job.error.number == 0 && job.pid <= 0) result = job.error = {ESRCH, "clone", {}};
  if (job.error.number == 0) {
    const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, job.pid, 0));
    if (pidfd >= 0) {
      result = Child{job.pid, pidfd};
    } else {
      job.error = failed("pidfd_open");
      result = job.error;
      // Nobody could follow it: it is ended, and a launcher, which may block, waits for that end.
      ::kill(job.pid, SIGKILL);
      job.reap = true;
      // Dead already; its number may become somebody else's while we wait for that.
      job.our_control = -1;
      if (submit(&job)) return;
    }
  }
  const auto done = std::move(job.done);
  in_flight_.erase(&job);
  loop_.unhold();
  done(std::move(result));
}

}  // namespace tsjail
