#include "support/scratch_dir.hpp"

#include <stdlib.h>

#include <cerrno>
#include <system_error>

namespace ingest::testing {

scratch_dir::scratch_dir() {
  auto pattern = (std::filesystem::temp_directory_path() / "ingest_test.XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "mkdtemp " + pattern);
  }
  path_ = pattern;
}

scratch_dir::~scratch_dir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace ingest::testing
