#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace ingest::testing {

/// What a disk would hold if the power failed at the end of a traced run, by what the run's log of under_strace() says
/// it has synced.
class traced_disk {
 public:
  /// Reads the log of a run that has ended.
  explicit traced_disk(const std::filesystem::path& log);

  /// Cuts every file back to what was synced, and removes files whose directory was not synced after their creation.
  /// Returns the number of bytes and files lost.
  struct loss {
    std::uint64_t bytes = 0;
    int files = 0;
  };
  loss lose_power() const;

 private:
  struct written {
    std::uint64_t size = 0;
    std::uint64_t durable = 0;
    bool name_durable = false;
  };
  void note(const std::string& call);
  void rename(const std::string& arguments);

  std::map<std::string, written> files_;  // those that the run has created: to others it adds nothing
};

}  // namespace ingest::testing
