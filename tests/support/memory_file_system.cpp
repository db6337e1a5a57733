#include "support/memory_file_system.hpp"

#include <cstring>

namespace ingest::testing {

namespace {

class memory_file : public file {
 public:
  memory_file(const memory_file_system& files, std::shared_ptr<memory_file_system::node> node)
      : files_(files), node_(std::move(node)) {}

  void append(std::string_view bytes) override {
    const std::uint64_t used = files_.used();
    const std::uint64_t room = files_.capacity > used ? files_.capacity - used : 0;
    const std::lock_guard lock(node_->mutex);
    node_->bytes.append(bytes.substr(0, bytes.size() <= room ? bytes.size() : room / 2));
    if (bytes.size() > room) {
      throw error(errc::no_space, "the simulated disk is full");
    }
  }
  void read(std::uint64_t offset, std::size_t size, char* to) const override {
    const std::lock_guard lock(node_->mutex);
    if (offset + size > node_->bytes.size()) {
      throw error(errc::bad_data, "the file ends before offset " + std::to_string(offset + size));
    }
    std::memcpy(to, node_->bytes.data() + offset, size);
  }
  std::uint64_t size() const override {
    const std::lock_guard lock(node_->mutex);
    return node_->bytes.size();
  }
  void truncate(std::uint64_t size) override {
    const std::lock_guard lock(node_->mutex);
    node_->bytes.resize(size);
  }
  void sync() override {}

 private:
  const memory_file_system& files_;
  std::shared_ptr<memory_file_system::node> node_;
};

}  // namespace

std::unique_ptr<file> memory_file_system::create(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  const auto [entry, is_new] = files_.emplace(path, nullptr);
  if (!is_new) {
    throw error(errc::io, path.string() + " exists");
  }
  entry->second = std::make_shared<node>();
  return std::make_unique<memory_file>(*this, entry->second);
}

std::unique_ptr<file> memory_file_system::open(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  const auto entry = files_.find(path);
  if (entry == files_.end()) {
    throw error(errc::io, path.string() + " does not exist");
  }
  return std::make_unique<memory_file>(*this, entry->second);
}

std::uint64_t memory_file_system::used() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t total = 0;
  for (const auto& [path, contents] : files_) {
    const std::lock_guard content_lock(contents->mutex);
    total += contents->bytes.size();
  }
  return total;
}

bool memory_file_system::exists(const std::filesystem::path& path) const {
  const std::lock_guard lock(mutex_);
  return files_.contains(path);
}

std::vector<std::string> memory_file_system::list(const std::filesystem::path& directory) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [path, contents] : files_) {
    if (path.parent_path() == directory) {
      names.push_back(path.filename());
    }
  }
  return names;
}

void memory_file_system::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  const std::lock_guard lock(mutex_);
  const auto entry = files_.find(from);
  if (entry == files_.end()) {
    throw error(errc::io, from.string() + " does not exist");
  }
  files_[to] = entry->second;
  files_.erase(from);
}

void memory_file_system::remove(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  files_.erase(path);
}

}  // namespace ingest::testing
