// The order of a spawn, as the addon reads it.
#include "../../addon/order.h"

#include "kernel.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tsjail::Order order;
  if (!tsjail::read_order({reinterpret_cast<const char*>(data), size}, order)) return 0;
  size_t words = order.plan.size() + order.cgroup.size() + order.name.size();
  for (const std::string& join : order.joins) words += join.size();
  if (words > size) fuzz::broken("more was read than there is");
  return 0;
}
