// Which system calls there are, for `tsjail doctor`: what the rest of us finds out by needing it.
#pragma once

#include <vector>

namespace tsjail {

struct Probed {
  const char* name;
  /** 0: it works. */
  int error;
  /** Of calls that tell one: the version of the interface. */
  int value;
};

/** Makes calls that change nothing, each anew. */
std::vector<Probed> probe_kernel();

}  // namespace tsjail
