// The message of a setns socket, which whoever has bound its path may send.
#include "../../addon/jailer/jail.h"
#include "kernel.h"

namespace {

constexpr char kWords[] = "/run/x.sock\000-1\00060";

void join(void*) {
  jailer::Jail jail;
  if (const int error = jailer::steps::setns(jail, jailer::Arguments(kWords, 3))) jailer::fail(jail, error);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::run({{data, data + size}}, join, nullptr);
  return 0;
}
