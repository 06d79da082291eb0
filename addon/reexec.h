// The daemon's own program replaced by another one, in the same process (execve(2)).
#pragma once

#include <string>
#include <vector>

#include "result.h"
#include "unique_fd.h"

namespace tsjail {

/** `fds` stay open. Returns only when it fails; all is as before then. Nothing may be in a vfork: what shares
 * our memory would go on in what is left of it. */
Status replace_program(std::string path, std::vector<std::string> argv, std::vector<std::string> env,
                       std::vector<int> fds);

/** They have come by an exec: from now on nobody inherits them. Fails when one is not open. */
Status take_over(std::vector<int> fds);

}  // namespace tsjail
