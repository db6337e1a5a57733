#include "serve/service_ties.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace ingest::app {

void end_with_service() {
  const char* const service = std::getenv(service_variable);
  if (service == nullptr) {
    return;
  }
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  // It may have ended before.
  if (std::to_string(::getppid()) != service) {
    ::raise(SIGTERM);
  }
  ::unsetenv(service_variable);  // what a run starts is not the service's
}

}  // namespace ingest::app
