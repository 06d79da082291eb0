// What the monitors ask of the file system, many paths in one call: file by file a thread would have to be
// woken seven times for each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tsjail {

/** Of each path 18 numbers: errno of lstat(2); errno of stat(2), which is asked of a symbolic link only; then
 * of the entry and of what it leads to: mode, uid, gid, device, inode, size, and the times of the last change
 * of the content and of anything, in ns. */
std::vector<int64_t> look_at(const std::vector<std::string>& paths);

/** Of each file 20 numbers: errno of open(2); errno of what came after; the lease (0 free, 1 busy, 2
 * unsupported); how many bytes it has of `bytes`, where those of all files follow one another; then as above
 * what fstat(2) said before they were read, and after. What is no regular file, or larger than 1 MiB, empty
 * or busy is not read; of one that has grown meanwhile there is one byte more than it had. */
struct ConfigCopies {
  std::vector<int64_t> facts;
  std::string bytes;
};

ConfigCopies read_configs(const std::vector<std::string>& paths, bool nofollow);

}  // namespace tsjail
