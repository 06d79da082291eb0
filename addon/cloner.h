// Carries out one job at a time: its descriptors fetched, a child cloned into its namespaces, the jailer
// exec'd.
#pragma once

#include "job.h"
#include "kernel_features.h"
#include "network_pool.h"

namespace tsjail {

/** How the thread that clones is set up, as far as it matters to the child. */
struct LauncherState {
  Features features;
  /** A pidfd of this process to fetch descriptors by; -1: the thread has the process's own table. */
  int self = -1;
  /** Bit n - 1: signal n is ignored by the process, which CLONE_CLEAR_SIGHAND leaves as it is. */
  uint64_t ignored_signals = 0;
  /** It runs under SCHED_BATCH. */
  bool batch = false;
  std::shared_ptr<NetworkPool> networks;
};

struct Inheritance;

class Cloner {
 public:
  static Result<Cloner> create(const LauncherState& state);

  /** Blocks until the child has exec'd, or has failed and is reaped. */
  void run(Job& job) const;

 private:
  Cloner(const LauncherState& state, char* stack) : state_(state), stack_(stack) {}
  void clone(Job& job, Inheritance& inheritance) const;
  long call(uint64_t namespaces, int group_fd, pid_t& pid, struct ChildOrders& orders) const;

  LauncherState state_;
  /** For the one child there is at a time. */
  char* stack_;
};

}  // namespace tsjail
