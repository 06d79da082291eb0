// /etc/passwd and /etc/group of a jail, which may be the vassal's own.
#include "../../addon/jailer/users.h"
#include "kernel.h"

namespace {

constexpr uint32_t kMost = 4;

template <typename Find>
void with_file(const uint8_t* data, size_t size, Find find) {
  fuzz::World world = {{data, data + size}};
  world.one_file = true;
  fuzz::run(
      world, [](void* context) { (*static_cast<Find*>(context))(); }, &find);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  with_file(data, size, [] {
    jailer::User user;
    if (jailer::find_user("web", user) == 0 && !jailer::same(user.name.text(), "web"))
      fuzz::broken("another user");
  });
  with_file(data, size, [] {
    jailer::User user;
    if (jailer::find_user("1000", user) == 0 && user.uid != 1000) fuzz::broken("a user of another number");
  });
  with_file(data, size, [] {
    uint32_t gid = 0;
    if (jailer::find_group("web", gid) == 0 && gid > jailer::kMostId) fuzz::broken("a group of no number");
  });
  with_file(data, size, [] {
    uint32_t list[kMost];
    uint32_t count = 0;
    const int error = jailer::add_groups_of("web", list, kMost, count);
    if (count > kMost) fuzz::broken("more groups than there is room for");
    for (uint32_t i = 0; error == 0 && i < count; i++) {
      for (uint32_t k = 0; k < i; k++)
        if (list[i] == list[k]) fuzz::broken("a group is there twice");
    }
  });
  return 0;
}
