#pragma once

#include <boost/test/tree/decorator.hpp>
#include <filesystem>
#include <string>

namespace ingest::testing {

/// A file system of its own at `mount_point`, which is created if it is missing: a tmpfs, as large as its options say.
/// Only this process and its children see it (own_mounts()), and it is gone with the last of them.
class small_disk {
 public:
  /// `options` as for mount(8): "size=2m", "nr_inodes=12". Throws std::system_error if it cannot be mounted.
  small_disk(std::filesystem::path mount_point, const std::string& options);
  ~small_disk();
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  /// What is in it stays.
  void resize(const std::string& options);

  void make_read_only();

  const std::filesystem::path& path() const { return mount_point_; }

 private:
  std::filesystem::path mount_point_;
};

/// Gives this process mounts of its own. False where that is not allowed. To be called before it has other threads.
bool own_mounts();

/// For the suites of an executable that mounts: gives the process mounts of its own, or skips the suites and says so
/// where that is not allowed.
boost::test_tools::assertion_result mounts_work(boost::unit_test::test_unit_id);

}  // namespace ingest::testing
