// Flags of a mount that is there already, or of a whole tree of them: mount_setattr(2), and what it takes
// before Linux 5.12. A flag that is not named stays as it is: in a user namespace those of the host are
// locked.
#pragma once

#include <stdint.h>

namespace jailer {

enum class Depth : uint8_t { one, tree };

/** MS_* flags to set and to clear on the mount whose root is `path` below `directory`; an empty path means
 * `directory` itself. A symbolic link at the end is not followed. Of MS_NOATIME, MS_RELATIME and
 * MS_STRICTATIME the one in `set` takes the place of the others. Gives 0 or the errno. */
int change_mount(int directory, const char* path, uint64_t set, uint64_t clear, Depth depth);

}  // namespace jailer
