// What this kernel, or a seccomp filter around us, lets us do.
#pragma once

namespace tsjail {

struct Features {
  bool clone3;
  bool into_cgroup;
  bool close_range;
};

/** Probed at each call, by calls that change nothing. */
Features features();

}  // namespace tsjail
