#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace demo_api::rest {

/// The JSON around values that stand at given paths: {"data":{"items":…},"next":…}.
class json_template {
 public:
  /// Paths as "data.items"; those that begin alike share their objects. Throws std::runtime_error where one path leads
  /// through the value of another.
  explicit json_template(const std::vector<std::string>& paths);

  /// Appends it; `append_value(i)` appends the value of path i.
  template <typename AppendValue>
  void append(std::string& out, AppendValue append_value) const {
    for (const auto& [before, value] : pieces_) {
      out += before;
      append_value(value);
    }
    out += end_;
  }

 private:
  struct piece {
    std::string before;
    std::size_t value;
  };

  std::vector<piece> pieces_;
  std::string end_;
};

}  // namespace demo_api::rest
