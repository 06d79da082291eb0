// Connections made ahead: see connector.h.
#include "connector.h"

#include <fcntl.h>
#include <sys/resource.h>

#include "fds.h"
#include "sockets.h"
#include "thread.h"

namespace tsjail {

namespace {

/** A vassal that is started again comes alone; each costs four descriptors. */
constexpr size_t kReady = 2;
constexpr size_t kThreadStack = 64 * 1024;
/** Descriptors that no jail gets: a daemon that is full must still be able to read configs and to answer. */
constexpr rlim_t kReserved = 32;

/** Numbers are given from the lowest free one up: a high one means that few are left. */
bool is_reserved(int fd) {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY) return false;
  return static_cast<rlim_t>(fd) + kReserved >= limit.rlim_cur;
}

Result<Connection> make() {
  auto control = control_pair();
  if (!control) return control.error();
  if (is_reserved(control->second.get())) return SystemError{EMFILE, "socketpair", {}};
  auto output = make_pipe();
  if (!output) return output.error();
  if (Status told = tell_senders(control->first.get()); !told) return told.error();
  if (Status done = unblock(output->first.get()); !done) return done.error();
  return Connection{std::move(*control), std::move(*output)};
}

}  // namespace

Connector::Connector() : shared_(new Shared) {
  // Without the thread, all is made when it is asked for.
  static_cast<void>(start_detached(kThreadStack, [shared = shared_] { run(*shared); }));
}

/** What is ready goes with the last who knows of it. */
Connector::~Connector() {
  const std::lock_guard guard(shared_->lock);
  shared_->over = true;
  shared_->ready.clear();
  ::pthread_cond_signal(&shared_->wanted);
}

Result<Connection> Connector::take() {
  {
    const std::lock_guard guard(shared_->lock);
    if (!shared_->ready.empty()) {
      Connection taken = std::move(shared_->ready.back());
      shared_->ready.pop_back();
      return taken;
    }
  }
  return make();
}

void Connector::refill() { ::pthread_cond_signal(&shared_->wanted); }

void Connector::run(Shared& shared) {
  ::pthread_setname_np(::pthread_self(), "tsjail-connector");
  std::unique_lock guard(shared.lock);
  while (!shared.over) {
    if (shared.ready.size() < kReady) {
      guard.unlock();
      auto made = make();
      guard.lock();
      // Who asks for one then is told why there is none.
      if (made && !shared.over) {
        shared.ready.push_back(std::move(*made));
        continue;
      }
    }
    if (!shared.over) ::pthread_cond_wait(&shared.wanted, shared.lock.native_handle());
  }
}

}  // namespace tsjail
