// Makes what connects us to a child before it is asked for, on a thread of its own: to make it takes longer
// than all else that the main thread does for a spawn.
#pragma once

#include <pthread.h>

#include <memory>
#include <mutex>
#include <vector>

#include "result.h"
#include "unique_fd.h"

namespace tsjail {

/** [ours; the child's] of each. */
struct Connection {
  FdPair control;
  FdPair output;
};

class Connector {
 public:
  /** The thread is there from now on; where there can be none, all is made when it is asked for. */
  Connector();
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  /** One that was made before, or is made now. */
  Result<Connection> take();
  /** Some were taken, and there is time for new ones. */
  void refill();

 private:
  struct Shared {
    std::mutex lock;
    pthread_cond_t wanted = PTHREAD_COND_INITIALIZER;
    std::vector<Connection> ready;
    bool over = false;
  };

  static void run(Shared& shared);

  std::shared_ptr<Shared> shared_;
};

}  // namespace tsjail
