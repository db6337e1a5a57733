// Linked with every object of the libraries, whether used or not.
#include <ingest/version.hpp>
#include <iostream>
#include <string>

int main() {
  const std::string of_headers = std::to_string(INGEST_VERSION_MAJOR) + '.' + std::to_string(INGEST_VERSION_MINOR) +
                                 '.' + std::to_string(INGEST_VERSION_PATCH);
  std::cout << ingest::version() << '\n';
  return ingest::version() == of_headers ? 0 : 1;
}
