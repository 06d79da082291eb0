// Bytes that a vassal printed, looked at many at a time: a flood of them is looked at on the loop.
#pragma once

#include <cstdint>
#include <span>

#include "result.h"

namespace tsjail {

Result<uint32_t> count_newlines(std::span<uint8_t> bytes);

/** Nothing in it has to be escaped, if it is UTF-8: no control but tab and newline, nothing that makes a line
 * of its own or changes the direction. The same as src/output/escape.ts has it. */
Result<bool> is_plain(std::span<uint8_t> bytes);

}  // namespace tsjail
