#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ingest::detail {

/// The members of a record that go to its extra column, as an object. Of one that is there twice the last counts.
class extra_members {
 public:
  void clear();
  bool empty() const { return members_.empty(); }
  std::size_t size() const { return members_.size(); }
  bool contains(std::string_view name) const { return places_.contains(std::string(name)); }

  /// `json` must outlive what is made of it.
  void add(std::string_view name, std::string_view json);

  /// The object; valid until the next call. The JSON of all members must be UTF-8; a name may hold surrogates, which
  /// only escapes can have made.
  std::string_view object();

 private:
  std::vector<std::pair<std::string, std::string_view>> members_;
  std::unordered_map<std::string, std::size_t> places_;  // of the names in members_
  std::string text_;
};

}  // namespace ingest::detail
