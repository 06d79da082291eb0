// Threads of ours that nobody waits for: the end of the process waits for none of them either.
#pragma once

#include <functional>

#include "result.h"

namespace tsjail {

/** Signals are blocked in it from its first instruction on. `stack` in bytes. */
Status start_detached(size_t stack, std::function<void()> body);

}  // namespace tsjail
