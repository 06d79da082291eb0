// What tells whether many files are still what they were, looked at in one go: by calls of fs, ten thousand
// of them keep the main loop and all of libuv's threads busy for a quarter of a second.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tsjail {

/** Of each of `paths`, which are separated by NUL: device, inode, size, and ns of the last changes of text
 * and inode; zeros: there is no regular file. Links are not followed. */
std::vector<uint64_t> read_signatures(std::string_view paths);

}  // namespace tsjail
