// Net namespaces made ahead: see network_pool.h.
#include "network_pool.h"

#include <time.h>

#include "network_maker.h"
#include "thread.h"

namespace tsjail {

namespace {

constexpr size_t kThreadStack = 64 * 1024;
/** Making one takes a processor for 0.7 ms, and a lock that every start of a jail with a net namespace takes,
 * too: not while such jails are started. */
constexpr int64_t kQuietNs = 10'000'000;
constexpr int64_t kSecondNs = 1'000'000'000;

int64_t now_ns() {
  timespec now = {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kSecondNs + now.tv_nsec;
}

/** This kernel, or a filter around us, does not let us: that does not pass. */
bool is_for_good(int error) {
  return error == EPERM || error == EACCES || error == EINVAL || error == ENOSYS || error == ENOTTY ||
         error == ENOENT;
}

}  // namespace

NetworkPool::NetworkPool() {
  pthread_condattr_t attributes;
  ::pthread_condattr_init(&attributes);
  ::pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  ::pthread_cond_init(&changed_, &attributes);
  ::pthread_condattr_destroy(&attributes);
}

void NetworkPool::keep(size_t count) {
  const std::lock_guard guard(lock_);
  kept_ = count;
  halted_ = false;
  ::pthread_cond_signal(&changed_);
}

void NetworkPool::end() {
  const std::lock_guard guard(lock_);
  over_ = true;
  ::pthread_cond_signal(&changed_);
}

UniqueFd NetworkPool::take() {
  Spare spare;
  while (pop(spare)) {
    if (spare.host->is_as_it_was()) return std::move(spare.network);
  }
  return UniqueFd();
}

/** By who takes, not by who makes the pool: it is his table of descriptors that the thread shares. */
void NetworkPool::refill() {
  const std::lock_guard guard(lock_);
  if (over_ || kept_ == 0) return;
  if (!served_ && !start_detached(kThreadStack, [self = shared_from_this()] { self->serve(); })) over_ = true;
  served_ = true;
  if (rests_) ::pthread_cond_signal(&changed_);
}

bool NetworkPool::pop(Spare& spare) {
  const std::lock_guard guard(lock_);
  if (over_) return false;
  last_asked_ = now_ns();
  halted_ = false;
  if (spares_.empty()) return false;
  spare = std::move(spares_.back());
  spares_.pop_back();
  return true;
}

void NetworkPool::serve() {
  ::pthread_setname_np(::pthread_self(), "tsjail-networks");
  NetworkMaker maker;
  std::shared_ptr<const HostNetwork> host;
  std::unique_lock guard(lock_);
  while (await_want(guard)) {
    guard.unlock();
    const Status made = make_one(maker, host);
    if (!made) {
      host.reset();
      failed_with(made.error().number);
    }
    guard.lock();
  }
  spares_.clear();
}

void NetworkPool::failed_with(int error) {
  std::vector<Spare> given_up;
  const std::lock_guard guard(lock_);
  given_up.swap(spares_);
  if (is_for_good(error)) over_ = true;
  halted_ = true;
}

void NetworkPool::refused(int error) {
  if (is_for_good(error)) end();
}

void NetworkPool::give_way() { failed_with(ENOSPC); }

/** Until one is to be made now; false: none ever. */
bool NetworkPool::await_want(std::unique_lock<std::mutex>& guard) {
  while (!over_) {
    const int64_t due = last_asked_ + kQuietNs;
    if (spares_.size() > kept_) spares_.resize(kept_);
    rests_ = halted_ || spares_.size() >= kept_;
    if (rests_) {
      ::pthread_cond_wait(&changed_, guard.mutex()->native_handle());
    } else if (now_ns() < due) {
      const timespec until = {due / kSecondNs, due % kSecondNs};
      ::pthread_cond_timedwait(&changed_, guard.mutex()->native_handle(), &until);
    } else {
      return true;
    }
  }
  return false;
}

Status NetworkPool::make_one(NetworkMaker& maker, std::shared_ptr<const HostNetwork>& host) {
  if (!host || !host->is_as_it_was()) {
    auto looked = HostNetwork::look();
    if (!looked) return looked.error();
    host = std::move(*looked);
    // Whatever is there was made of something else.
    const std::lock_guard guard(lock_);
    spares_.clear();
  }
  auto made = maker.make();
  if (!made) return made.error();
  if (!host->is_as_it_was()) return Done{};
  const std::lock_guard guard(lock_);
  if (!over_ && spares_.size() < kept_) spares_.push_back({std::move(*made), host});
  return Done{};
}

}  // namespace tsjail
