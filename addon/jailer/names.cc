// The host name of a new uts namespace.
#include "jail.h"

namespace jailer::steps {

int hostname(Jail& jail, Arguments arguments) {
  const char* name = arguments.next();
  const int error = sys::error_of(__NR_sethostname, name, length(name));
  if (error) jail.detail << "sethostname " << name;
  if (error == EINVAL) jail.detail << ": more than 64 bytes";
  return error;
}

}  // namespace jailer::steps
