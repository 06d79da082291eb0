// The names of a new uts namespace.
#include "jail.h"

namespace jailer::steps {

namespace {

int set(Jail& jail, long call, const char* what, const char* name) {
  const int error = sys::error_of(call, name, length(name));
  if (error) jail.detail << what << ' ' << name;
  if (error == EINVAL) jail.detail << ": more than 64 bytes";
  return error;
}

}  // namespace

int hostname(Jail& jail, Arguments arguments) {
  return set(jail, __NR_sethostname, "sethostname", arguments.next());
}

int domainname(Jail& jail, Arguments arguments) {
  return set(jail, __NR_setdomainname, "setdomainname", arguments.next());
}

}  // namespace jailer::steps
