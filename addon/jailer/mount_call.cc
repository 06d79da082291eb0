// mount(2): see mount_call.h.
#include "mount_call.h"

#include "sys.h"

namespace jailer {

namespace {

const char* or_null(const char* text) { return *text == 0 ? nullptr : text; }

}  // namespace

int call_mount(const Mount& mount, uint64_t flags) {
  return sys::error_of(__NR_mount, or_null(mount.source), mount.target, or_null(mount.fstype), flags,
                       or_null(mount.data));
}

}  // namespace jailer
