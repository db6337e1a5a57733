#include "support/stderr_capture.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>
#include <system_error>
#include <thread>

namespace ingest::testing {

stderr_capture::stderr_capture()
    : file_(::memfd_create("stderr", MFD_CLOEXEC)), saved_(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)) {
  if (file_ < 0 || saved_ < 0 || ::fcntl(file_, F_SETFL, O_APPEND) < 0 || ::dup2(file_, STDERR_FILENO) < 0) {
    throw std::system_error(errno, std::generic_category(), "capture of stderr");
  }
}

stderr_capture::~stderr_capture() {
  ::dup2(saved_, STDERR_FILENO);
  ::close(saved_);
  ::close(file_);
}

std::string stderr_capture::text() const {
  std::string all(static_cast<std::size_t>(::lseek(file_, 0, SEEK_END)), '\0');
  const auto got = ::pread(file_, all.data(), all.size(), 0);
  all.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return all;
}

std::vector<std::string> stderr_capture::lines() const {
  std::istringstream stream(text());
  std::vector<std::string> all;
  for (std::string line; std::getline(stream, line);) {
    all.push_back(line);
  }
  return all;
}

bool stderr_capture::wait_for(const std::string& part, std::chrono::milliseconds deadline) const {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (text().find(part) == std::string::npos) {
    if (std::chrono::steady_clock::now() > end) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace ingest::testing
