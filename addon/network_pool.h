// Net namespaces made ahead, `lo` up and nobody ever in them: to make one takes longer than all else of a
// jail. A thread of its own makes them when none has been asked for in a while.
#pragma once

#include <pthread.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "host_network.h"
#include "result.h"
#include "unique_fd.h"

namespace tsjail {

class NetworkMaker;

class NetworkPool : public std::enable_shared_from_this<NetworkPool> {
 public:
  NetworkPool();
  NetworkPool(const NetworkPool&) = delete;
  NetworkPool& operator=(const NetworkPool&) = delete;

  /** How many are to be ready once one has been asked for; 0: those that are there go. */
  void keep(size_t count);

  /** For the launchers, in whose table of descriptors it lies: one that is as it would be if it were made
   * now, or nothing. */
  UniqueFd take();
  /** One was taken, and there is time for a new one. */
  void refill();
  /** A child could not enter the one that was taken. */
  void refused(int error);
  /** The limit of namespaces is reached: those that wait count, too (user.max_net_namespaces). */
  void give_way();
  /** For good. */
  void end();

 private:
  struct Spare {
    UniqueFd network;
    std::shared_ptr<const HostNetwork> host;
  };

  void serve();
  Status make_one(NetworkMaker& maker, std::shared_ptr<const HostNetwork>& host);
  void failed_with(int error);
  bool await_want(std::unique_lock<std::mutex>& guard);
  bool pop(Spare& spare);

  std::mutex lock_;
  pthread_cond_t changed_;
  /** Of the launchers' table of descriptors: no other thread may close one. */
  std::vector<Spare> spares_;
  size_t kept_ = 0;
  /** CLOCK_MONOTONIC, in ns. */
  int64_t last_asked_ = 0;
  /** The thread is there. */
  bool served_ = false;
  /** It waits until it is told. */
  bool rests_ = false;
  /** Something has failed that may pass: until one is asked for again. */
  bool halted_ = false;
  bool over_ = false;
};

}  // namespace tsjail
