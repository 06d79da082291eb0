// Descriptors watched on node's loop: one epoll(7) of our own inside one uv_poll_t, which costs less per
// descriptor than a uv_poll_t each and wakes the loop once for many.
#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

#include "result.h"
#include "unique_fd.h"

namespace tsjail {

/** Does a watch keep the process alive? */
enum class Hold : bool { no, yes };

class Loop {
 public:
  using Ready = std::function<void(uint32_t events)>;

  static Result<std::unique_ptr<Loop>> open(uv_loop_t* loop);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /** Level-triggered unless `events` say otherwise; EEXIST when `fd` is watched already. */
  Status watch(int fd, uint32_t events, Ready ready, Hold hold = Hold::yes);
  /** Harmless for a descriptor that is not watched. */
  void unwatch(int fd);

  /** Keeps the process alive until as many calls of `unhold`. */
  void hold();
  void unhold();

  /** Ends all watches; `closed` is called when libuv has let go. */
  void close(std::function<void()> closed);

 private:
  struct Watch {
    uint32_t generation;
    Hold hold;
    Ready ready;
  };
  struct Handle;

  explicit Loop(UniqueFd epoll) : epoll_(std::move(epoll)) {}
  void dispatch();
  void deliver(uint64_t key, uint32_t events);

  UniqueFd epoll_;
  /** libuv owns it from `close` on. */
  Handle* handle_ = nullptr;
  std::unordered_map<int, std::shared_ptr<Watch>> watches_;
  uint32_t generation_ = 0;
  size_t holds_ = 0;
};

}  // namespace tsjail
