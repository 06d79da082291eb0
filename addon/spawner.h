// The main thread's side of spawning: queues jobs for the launchers, which costs microseconds, and hears what
// became of them.
#pragma once

#include <memory>
#include <unordered_map>

#include "connector.h"
#include "job.h"
#include "loop.h"
#include "network_pool.h"

namespace tsjail {

class Spawner {
 public:
  explicit Spawner(Loop& loop) : loop_(loop) {}
  ~Spawner();
  Spawner(const Spawner&) = delete;
  Spawner& operator=(const Spawner&) = delete;

  /** Starts the launchers; does nothing the second time. */
  Status start();
  /** Does not wait for the child, of which `done` is told. EAGAIN when thousands wait already. */
  Result<Connections> spawn(SpawnRequest request, std::function<void(Result<Child>)> done);
  /** Gives up the spawn of which `control` is our end of the control socket: a child that is stopped or
   * frozen before its exec would keep its launcher for good. `done` is told as ever. False: the child is just
   * being cloned and cannot be killed yet; to be called again. */
  bool kill(int control);
  /** Is `pid` a child that `done` was not told of yet? */
  bool is_making(pid_t pid) const;
  /** How many such children there are. */
  size_t making() const { return in_flight_.size(); }
  NetworkPool& networks() { return *networks_; }

 private:
  void collect();
  void finish(Job& job);
  Status submit(Job* job);

  Loop& loop_;
  UniqueFd jobs_;
  UniqueFd done_;
  std::unique_ptr<Connector> connector_;
  std::shared_ptr<NetworkPool> networks_ = std::shared_ptr<NetworkPool>(new NetworkPool);
  std::unordered_map<Job*, std::unique_ptr<Job>> in_flight_;
};

}  // namespace tsjail
