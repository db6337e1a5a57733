#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace ingest::testing {

/// Sends the test's own stderr to a memory file for as long as it lives.
class stderr_capture {
 public:
  stderr_capture();
  ~stderr_capture();
  stderr_capture(const stderr_capture&) = delete;
  stderr_capture& operator=(const stderr_capture&) = delete;

  /// What was written so far.
  std::string text() const;
  std::vector<std::string> lines() const;

  /// Waits until `part` was written; false if that takes longer than `deadline`.
  bool wait_for(const std::string& part, std::chrono::milliseconds deadline = std::chrono::seconds(10)) const;

 private:
  int file_;
  int saved_;
};

}  // namespace ingest::testing
