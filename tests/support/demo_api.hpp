#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ingest::testing {

/// A running bin/demo_api, ended with this object and with the thread that made it, however that ends.
class demo_api_process {
 public:
  /// Starts it with these flags, on a free port if they name none, and returns when it listens. Throws
  /// std::runtime_error if it does not.
  explicit demo_api_process(std::vector<std::string> flags);
  ~demo_api_process();
  demo_api_process(const demo_api_process&) = delete;
  demo_api_process& operator=(const demo_api_process&) = delete;

  int port() const { return port_; }
  pid_t pid() const { return pid_; }

  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }

  /// What clients are configured with: ends in /api/v1.
  std::string base_url() const { return origin() + "/api/v1"; }

  /// GET /counters.
  std::map<std::string, std::uint64_t> counters() const;

  /// GET /truth: all events, newest first, one a line.
  std::string truth() const;

  /// Sends SIGTERM and waits. Returns the exit code, or 128 + the signal that killed it.
  int stop();

 private:
  void await_port(int out);

  pid_t pid_ = -1;
  int port_ = 0;
};

/// What a demo_api with these flags that ends by itself did.
struct demo_api_result {
  int exit_code;
  std::string out;
  std::string err;
};

demo_api_result run_demo_api(std::vector<std::string> flags);

}  // namespace ingest::testing
