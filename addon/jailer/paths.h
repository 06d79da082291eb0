// Paths inside of a root directory that somebody else may be writing to meanwhile: nothing there leads
// outside.
#pragma once

#include <stdint.h>

#include "text.h"

namespace jailer {

/** What is made where nothing is. */
enum class Kind : uint8_t { directory, file };

/** Something that was made: `name` in `parent`; `path` is where that is in the root. */
struct Making {
  int parent;
  const char* name;
  Kind kind;
  const char* path;
};

/** Is told of each directory or file that was made. 0, or an errno that ends it. Asked before, with a null
 * name: may something be made in `parent`? */
using Made = int (*)(void* context, const Making& making);

/** Opens (O_PATH) what `path` is to a process whose root is `root`: symbolic links are followed within, magic
 * links
 * (/proc/PID/fd/N) refused. A descriptor, or -errno. */
long open_inside(int root, const char* path);

/** The same; what is missing is made, component by component, but never through a symbolic link. `made` may
 * be null. With -errno, `why` says more where it can be known. */
long open_or_make(int root, const char* path, Kind kind, Made made, void* context, Text<512>& why);

}  // namespace jailer
