#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "support/scratch_dir.hpp"

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

/// A running bin/demo_api with its second face: the REST API of a description (docs/demo_api.md).
class described_api {
 public:
  /// The text of a description file.
  explicit described_api(const std::string& description);

  /// Of a file that is there.
  static described_api of_file(const std::string& file) { return described_api("", file); }

  const demo_api_process& process() const { return process_; }
  std::string url(const std::string& path = "") const { return process_.origin() + path; }
  std::uint64_t counter(const std::string& name) const { return process_.counters().at(name); }

  /// GET /truth/RESOURCE: its records as they are now, one a line.
  std::string truth(const std::string& resource) const;

  /// GET /requests: what it was asked for, one a line.
  std::string requests() const;

  /// POST /control/WHAT. Throws std::runtime_error if it is refused.
  void control(const std::string& what) const;

 private:
  described_api(const std::string& description, const std::string& file);

  scratch_dir directory_;
  demo_api_process process_;
};

/// What a demo_api with these flags that ends by itself did.
struct demo_api_result {
  int exit_code;
  std::string out;
  std::string err;
};

demo_api_result run_demo_api(std::vector<std::string> flags);

}  // namespace ingest::testing
