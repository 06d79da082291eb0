// Reads many small files and links of the kernel's (/proc, cgroups) in one go: by fs.promises each would cost
// the main loop a tenth of a millisecond.
#pragma once

#include <string>
#include <string_view>

namespace tsjail {

/** What `path`, seen from `directory`, says; empty: it cannot be read. 1 MiB at most. */
std::string read_file(int directory, const std::string& path);

/** `paths` and the texts given are separated by NUL; empty: it cannot be read. Of each file 1 MiB at most.
 */
std::string read_files(std::string_view paths);

/** The same of what symbolic links say, as far as it is shorter than 256 bytes. */
std::string read_links(std::string_view paths);

}  // namespace tsjail
