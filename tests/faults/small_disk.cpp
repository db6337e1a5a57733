#include "faults/small_disk.hpp"

#include <sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "faults/requirement.hpp"

namespace ingest::testing {

namespace {

void require(bool success, const std::string& what) {
  if (!success) {
    throw std::system_error(errno, std::generic_category(), what);
  }
}

}  // namespace

small_disk::small_disk(std::filesystem::path mount_point, const std::string& options)
    : mount_point_(std::move(mount_point)) {
  std::filesystem::create_directories(mount_point_);
  require(::mount("small_disk", mount_point_.c_str(), "tmpfs", 0, ("mode=0700," + options).c_str()) == 0,
          "mount " + mount_point_.string());
}

small_disk::~small_disk() {
  ::umount2(mount_point_.c_str(), MNT_DETACH);
}

void small_disk::resize(const std::string& options) {
  require(::mount("small_disk", mount_point_.c_str(), "tmpfs", MS_REMOUNT, options.c_str()) == 0,
          "remount " + mount_point_.string());
}

void small_disk::make_read_only() {
  require(::mount("small_disk", mount_point_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0,
          "remount " + mount_point_.string());
}

bool own_mounts() {
  return ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, "") == 0;
}

boost::test_tools::assertion_result mounts_work(boost::unit_test::test_unit_id) {
  static const bool works = own_mounts();
  return requirement(works, "only root may mount the small disks that this fills");
}

}  // namespace ingest::testing
