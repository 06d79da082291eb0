// /proc/self/mountinfo: paths in it are the vassals' own choice.
#include "../../addon/jailer/mount_table.h"
#include "kernel.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::World world = {{data, data + size}};
  world.one_file = true;
  const auto walk = [](void*) {
    jailer::each_mount_below(
        5, [](void*, int) { return 0; }, nullptr);
  };
  fuzz::run(world, walk, nullptr);
  return 0;
}
