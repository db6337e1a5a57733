#include "support/faulty_file_system.hpp"

#include <algorithm>

namespace ingest::testing {

namespace {

[[noreturn]] void die() {
  throw error(errc::io, "the process is dead");
}

}  // namespace

class faulty_file_system::faulty_file final : public file {
 public:
  faulty_file(faulty_file_system& system, std::filesystem::path path, std::unique_ptr<file> behind)
      : system_(system), path_(std::move(path)), behind_(std::move(behind)) {}

  void append(std::string_view bytes) override {
    if (system_.dies_in("append", path_)) {
      behind_->append(bytes.substr(0, bytes.size() / 2));
      die();
    }
    auto& fault = system_.append_fault_;
    if (fault && fault->at > 1) {
      --fault->at;
    } else if (fault) {
      const append_fault now = *fault;
      if (!now.repeats) {
        fault.reset();
      }
      behind_->append(bytes.substr(0, std::min(now.written, bytes.size())));
      throw error(now.code, "injected into the writing of " + path_.string());
    }
    behind_->append(bytes);
  }

  void read(std::uint64_t offset, std::size_t size, char* to) const override { behind_->read(offset, size, to); }
  std::uint64_t size() const override { return behind_->size(); }

  void truncate(std::uint64_t size) override {
    system_.step("truncate", path_);
    if (system_.truncate_fails_) {
      throw error(errc::io, "injected into the truncation of " + path_.string());
    }
    behind_->truncate(size);
  }

  void sync() override {
    system_.step("sync", path_);
    ++system_.syncs_[path_.filename().string()];
    if (system_.sync_fault_ && path_.string().ends_with(*system_.sync_fault_)) {
      system_.sync_fault_.reset();
      throw error(errc::io, "injected into the sync of " + path_.string());
    }
    behind_->sync();
  }

 private:
  faulty_file_system& system_;
  std::filesystem::path path_;
  std::unique_ptr<file> behind_;
};

void faulty_file_system::heal() {
  append_fault_.reset();
  create_fault_.reset();
  sync_fault_.reset();
  truncate_fails_ = false;
  crash_in_.reset();
}

bool faulty_file_system::dies_in(const char* what, const std::filesystem::path& path) {
  if (crashed()) {
    die();
  }
  ++operations_;
  journal_.push_back(std::string(what) + " " + path.filename().string());
  return crash_in_ && --*crash_in_ == 0;
}

void faulty_file_system::step(const char* what, const std::filesystem::path& path) {
  if (dies_in(what, path)) {
    die();
  }
}

std::unique_ptr<file> faulty_file_system::create(const std::filesystem::path& path) {
  step("create", path);
  if (create_fault_) {
    throw error(*create_fault_, "injected into the creation of " + path.string());
  }
  return std::make_unique<faulty_file>(*this, path, behind_.create(path));
}

std::unique_ptr<file> faulty_file_system::open(const std::filesystem::path& path) {
  return std::make_unique<faulty_file>(*this, path, behind_.open(path));
}

void faulty_file_system::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  step("rename", to);
  behind_.rename(from, to);
}

void faulty_file_system::remove(const std::filesystem::path& path) {
  step("remove", path);
  behind_.remove(path);
}

void faulty_file_system::sync_directory(const std::filesystem::path& directory) {
  step("sync_directory", directory);
  behind_.sync_directory(directory);
}

}  // namespace ingest::testing
