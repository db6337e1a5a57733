#pragma once

#include <string>

#include "ingest/sink.hpp"

namespace ingest {

/// Writes to a file descriptor, such as a pipe, a socket or standard output, and waits where nobody takes the bytes.
/// What was written cannot be taken back by abort(). The descriptor stays open, and stays its owner's. A program that
/// writes to pipes ignores SIGPIPE: a reader that has gone away is an error then (errc::io) and not the program's end.
class fd_sink final : public sink {
 public:
  /// `name` is what messages call it.
  explicit fd_sink(int fd, std::string name = "the output");

  void open(std::stop_token stop) override;
  write_outcome write(const batch& records) override;
  void finalize() override {}
  void abort(const error&) override {}

 private:
  int fd_;
  std::string name_;
  std::stop_token stop_;
};

}  // namespace ingest
