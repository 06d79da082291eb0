// Sealed memory files: nobody who gets hold of one, in the jail or out of it, can change what is in it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "result.h"
#include "unique_fd.h"

namespace tsjail {

/** Holds `bytes`, offset 0, not executable. */
Result<UniqueFd> make_memfd(std::string name, std::span<const uint8_t> bytes);

/** A copy of the program `path` to be run by execveat(2); the file itself (O_PATH) where memory may not be
 * executed. */
Result<UniqueFd> open_program(std::string path);

}  // namespace tsjail
