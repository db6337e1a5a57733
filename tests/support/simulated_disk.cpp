#include "support/simulated_disk.hpp"

#include <algorithm>
#include <iterator>

namespace ingest::testing {

class simulated_disk::open_file final : public file {
 public:
  explicit open_file(std::shared_ptr<inode> node) : node_(std::move(node)) {}

  void append(std::string_view bytes) override { node_->cached += bytes; }
  void read(std::uint64_t offset, std::size_t size, char* to) const override {
    if (offset + size > node_->cached.size()) {
      throw error(errc::bad_data, "the file ends too early");
    }
    std::copy_n(node_->cached.data() + offset, size, to);
  }
  std::uint64_t size() const override { return node_->cached.size(); }
  void truncate(std::uint64_t size) override {
    node_->cached.resize(size);
    node_->doomed_to = std::min<std::size_t>(node_->doomed_to, size);
  }
  void sync() override { node_->sync(); }

 private:
  std::shared_ptr<inode> node_;
};

void simulated_disk::inode::sync() {
  durable = cached;
  if (doomed_from < doomed_to) {
    std::fill(durable.begin() + static_cast<std::ptrdiff_t>(doomed_from),
              durable.begin() + static_cast<std::ptrdiff_t>(doomed_to), '\0');
  }
}

void simulated_disk::fail_sync(const std::filesystem::path& path) {
  inode& node = *names_.at(path.string());
  node.doomed_from = std::min(node.durable.size(), node.cached.size());
  node.doomed_to = node.cached.size();
}

std::optional<std::string> simulated_disk::durable(const std::filesystem::path& path) const {
  const auto found = durable_names_.find(path.string());
  return found == durable_names_.end() ? std::nullopt : std::optional(found->second->durable);
}

void simulated_disk::lose_power(loss l) {
  lose_power_by([&](const std::string& name) {
    return name.ends_with(".tsv") ? fate{l.data, l.data_names_kept} : fate{l.rest, l.rest_names_kept};
  });
}

void simulated_disk::lose_power_by(const std::function<fate(const std::string& name)>& decide) {
  std::map<std::string, fate> fates;
  for (const auto* known : {&names_, &durable_names_}) {
    for (const auto& [name, node] : *known) {
      if (!fates.contains(name)) {
        fates[name] = decide(name);
      }
    }
  }
  const auto keeps = [&](const auto& entry) { return fates.at(entry.first).name_kept; };
  std::erase_if(durable_names_, keeps);
  std::copy_if(names_.begin(), names_.end(), std::inserter(durable_names_, durable_names_.end()), keeps);
  names_ = durable_names_;
  for (auto& [name, node] : names_) {
    const tail t = fates.at(name).bytes;
    const std::size_t synced = node->durable.size();
    std::string& left = node->cached;
    if (t == tail::lost || left.size() <= synced || node->doomed_to > 0) {
      left = t == tail::kept && node->doomed_to == 0 ? left : node->durable;
    } else if (t == tail::half) {
      left.resize(synced + (left.size() - synced) / 2);
    } else if (t == tail::zeroed) {
      std::fill(left.begin() + static_cast<std::ptrdiff_t>(synced), left.end(), '\0');
    }
    node->durable = left;
    node->doomed_from = node->doomed_to = 0;
  }
}

std::string& simulated_disk::contents(const std::filesystem::path& path) {
  return names_.at(path.string())->cached;
}

std::unique_ptr<file> simulated_disk::create(const std::filesystem::path& path) {
  const auto [entry, created] = names_.try_emplace(path.string(), std::make_shared<inode>());
  if (!created) {
    throw error(errc::io, "cannot create " + path.string() + ": it exists");
  }
  return std::make_unique<open_file>(entry->second);
}

std::unique_ptr<file> simulated_disk::open(const std::filesystem::path& path) {
  const auto entry = names_.find(path.string());
  if (entry == names_.end()) {
    throw error(errc::io, "cannot open " + path.string() + ": there is no such file");
  }
  return std::make_unique<open_file>(entry->second);
}

std::vector<std::string> simulated_disk::list(const std::filesystem::path& directory) const {
  std::vector<std::string> result;
  for (const auto& [name, node] : names_) {
    if (const std::filesystem::path p(name); p.parent_path() == directory) {
      result.push_back(p.filename().string());
    }
  }
  return result;
}

void simulated_disk::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  names_[to.string()] = names_.at(from.string());
  names_.erase(from.string());
}

std::map<std::string, std::string> simulated_disk::files() const {
  std::map<std::string, std::string> result;
  for (const auto& [name, node] : names_) {
    result[name] = node->cached;
  }
  return result;
}

}  // namespace ingest::testing
