// Watched descriptors on node's loop: see loop.h.
#include "loop.h"

#include <sys/epoll.h>

#include <chrono>

namespace tsjail {

namespace {

using Clock = std::chrono::steady_clock;

/** So much of it in one turn: then libuv's other handles, timers and sockets, have theirs. */
constexpr int kMostEvents = 64;
constexpr auto kTurn = std::chrono::milliseconds(2);

SystemError libuv_failed(const char* call, int status) { return {-status, call, {}}; }

}  // namespace

struct Loop::Handle {
  uv_poll_t poll;
  std::function<void()> closed;
};

Result<std::unique_ptr<Loop>> Loop::open(uv_loop_t* uv) {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return failed("epoll_create1");
  std::unique_ptr<Loop> loop(new Loop(std::move(epoll)));
  auto handle = std::make_unique<Handle>();
  if (const int status = uv_poll_init(uv, &handle->poll, loop->epoll_.get())) {
    return libuv_failed("uv_poll_init", status);
  }
  loop->handle_ = handle.release();
  loop->handle_->poll.data = loop.get();
  const auto ready = [](uv_poll_t* poll, int, int) { static_cast<Loop*>(poll->data)->dispatch(); };
  if (const int status = uv_poll_start(&loop->handle_->poll, UV_READABLE, ready)) {
    loop->close([] {});
    return libuv_failed("uv_poll_start", status);
  }
  uv_unref(reinterpret_cast<uv_handle_t*>(&loop->handle_->poll));
  return loop;
}

Status Loop::watch(int fd, uint32_t events, Ready ready, Hold keep) {
  if (watches_.contains(fd)) return SystemError{EEXIST, "epoll_ctl", {}};
  epoll_event event = {};
  event.events = events;
  // The generation tells a descriptor apart from one that had its number before, and is open elsewhere still.
  event.data.u64 = uint64_t{++generation_} << 32 | static_cast<uint32_t>(fd);
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) < 0) return failed("epoll_ctl");
  watches_.emplace(fd, std::shared_ptr<Watch>(new Watch{generation_, keep, std::move(ready)}));
  if (keep == Hold::yes) hold();
  return Done{};
}

void Loop::unwatch(int fd) {
  const auto found = watches_.find(fd);
  if (found == watches_.end()) return;
  // It fails only when the descriptor was closed before, and then nothing is left to be removed.
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  const Hold held = found->second->hold;
  watches_.erase(found);
  if (held == Hold::yes) unhold();
}

void Loop::hold() {
  if (holds_++ == 0 && handle_) uv_ref(reinterpret_cast<uv_handle_t*>(&handle_->poll));
}

void Loop::unhold() {
  if (--holds_ == 0 && handle_) uv_unref(reinterpret_cast<uv_handle_t*>(&handle_->poll));
}

void Loop::close(std::function<void()> closed) {
  watches_.clear();
  Handle* handle = std::exchange(handle_, nullptr);
  if (handle == nullptr) return closed();
  handle->closed = std::move(closed);
  handle->poll.data = handle;
  uv_close(reinterpret_cast<uv_handle_t*>(&handle->poll), [](uv_handle_t* poll) {
    const std::unique_ptr<Handle> owned(static_cast<Handle*>(poll->data));
    owned->closed();
  });
}

/** One by one: what the kernel has given it gives last the next time, so that nobody is passed over twice.
 * What is left over makes the loop come back: the watch on the epoll itself is level-triggered. */
void Loop::dispatch() {
  const auto end = Clock::now() + kTurn;
  for (int left = kMostEvents; left > 0; left--) {
    epoll_event event = {};
    if (::epoll_wait(epoll_.get(), &event, 1, 0) < 1) return;
    deliver(event.data.u64, event.events);
    if (Clock::now() >= end) return;
  }
}

void Loop::deliver(uint64_t key, uint32_t events) {
  const auto found = watches_.find(static_cast<int>(key & UINT32_MAX));
  if (found == watches_.end() || found->second->generation != key >> 32) return;
  // A copy: what it calls may end this very watch.
  const std::shared_ptr<Watch> watch = found->second;
  watch->ready(events);
}

}  // namespace tsjail
