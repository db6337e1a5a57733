#include "simulation/simulated_files.hpp"

namespace ingest::testing {

namespace {

constexpr std::uint64_t longest_full = 8;

std::string shown(const char* what, const std::filesystem::path& path) {
  return std::string(what) + " " + path.filename().string();
}

}  // namespace

class simulated_files::open_file final : public file {
 public:
  open_file(simulated_files& files, std::filesystem::path path, std::unique_ptr<file> behind)
      : files_(files), path_(std::move(path)), behind_(std::move(behind)) {}

  void append(std::string_view bytes) override {
    const std::string_view half = bytes.substr(0, bytes.size() / 2);
    if (files_.user_.dies(files_.user_.name() + " in the middle of " + shown("append", path_))) {
      behind_->append(half);
      files_.user_.require_alive();
    }
    if (files_.is_full("append", path_)) {
      behind_->append(half);
      throw error(errc::no_space, "no space for " + path_.string());
    }
    if (files_.schedule_.occurs(fault::io_failed, shown("append", path_))) {
      behind_->append(half);
      throw error(errc::io, "cannot write " + path_.string());
    }
    behind_->append(bytes);
    files_.after("append", path_);
  }

  void read(std::uint64_t offset, std::size_t size, char* to) const override {
    files_.attempt("read", path_);
    behind_->read(offset, size, to);
  }

  std::uint64_t size() const override { return behind_->size(); }

  void truncate(std::uint64_t size) override {
    files_.attempt("truncate", path_);
    behind_->truncate(size);
    files_.after("truncate", path_);
  }

  void sync() override {
    files_.attempt("sync", path_);
    if (files_.schedule_.occurs(fault::sync_failed, shown("sync", path_))) {
      files_.disk_.fail_sync(path_);
      throw error(errc::io, "cannot sync " + path_.string());
    }
    behind_->sync();
    files_.after("sync", path_);
  }

 private:
  simulated_files& files_;
  std::filesystem::path path_;
  std::unique_ptr<file> behind_;
};

void simulated_files::attempt(const char* what, const std::filesystem::path& path) {
  user_.survive(user_.name() + " before " + shown(what, path));
  if (schedule_.occurs(fault::io_failed, shown(what, path))) {
    throw error(errc::io, std::string("cannot ") + what + " " + path.string());
  }
}

void simulated_files::after(const char* what, const std::filesystem::path& path) {
  user_.note(shown(what, path));
  user_.survive(user_.name() + " after " + shown(what, path));
}

bool simulated_files::is_full(const char* what, const std::filesystem::path& path) {
  if (full_for_ > 0) {
    --full_for_;
    return true;
  }
  if (schedule_.occurs(fault::disk_full, shown(what, path))) {
    full_for_ = schedule_.draw(longest_full);
    return true;
  }
  return false;
}

std::unique_ptr<file> simulated_files::create(const std::filesystem::path& path) {
  attempt("create", path);
  if (is_full("create", path)) {
    throw error(errc::no_space, "no space for " + path.string());
  }
  auto made = std::make_unique<open_file>(*this, path, disk_.create(path));
  after("create", path);
  return made;
}

std::unique_ptr<file> simulated_files::open(const std::filesystem::path& path) {
  user_.require_alive();
  return std::make_unique<open_file>(*this, path, disk_.open(path));
}

std::vector<std::string> simulated_files::list(const std::filesystem::path& directory) const {
  user_.require_alive();
  return disk_.list(directory);
}

void simulated_files::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  attempt("rename to", to);
  disk_.rename(from, to);
  after("rename to", to);
}

void simulated_files::remove(const std::filesystem::path& path) {
  attempt("remove", path);
  before_remove(path);
  disk_.remove(path);
  after("remove", path);
}

void simulated_files::sync_directory(const std::filesystem::path& directory) {
  attempt("sync directory", directory);
  disk_.sync_directory(directory);
  after("sync directory", directory);
}

}  // namespace ingest::testing
