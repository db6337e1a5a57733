#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rest/expressions/interpolation.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// Whether all of `text` is what `pattern` describes: `*`, `?`, `[abc]`, `[!a-z]`, as Python's fnmatchcase() has them.
bool matches_pattern(std::string_view text, std::string_view pattern);

/// One step of the way to a value, as Python's dpath takes it.
struct path_step {
  std::string text;
  bool number = false;  ///< an expression came out as one: no name of a member then, but an index only

  /// Stands for any number of steps, none among them.
  bool any_depth() const { return text == "**"; }
  bool is_pattern() const { return text.find_first_of("*?[") != std::string::npos; }
  /// The index that it is, where it could be one; negative ones count from the end.
  std::optional<std::int64_t> index() const;

  bool matches_name(const value& name) const;
  bool matches_index(std::size_t position, std::size_t size) const;
};

/// The way to values inside a value, by dpath's rules (https://pypi.org/project/dpath/ 2.2): a step is the name of a
/// member or the index of an element, or a pattern of them.
class glob_path {
 public:
  glob_path() = default;
  /// Throws errc::config for more than 64 steps, and for more than one `**`.
  explicit glob_path(std::vector<path_step> steps);

  /// Steps divided by "/", of which those in front do not count.
  static glob_path from_text(std::string_view text);
  /// Each step evaluated with what is known when a stream begins.
  static glob_path from_templates(const std::vector<interpolation>& steps, const variables& given);

  const std::vector<path_step>& steps() const { return steps_; }
  bool empty() const { return steps_.empty(); }
  /// "a/b/*", for messages
  std::string to_text() const;

  /// Names of members, and nothing else.
  bool plain() const;
  bool has_star() const;

  /// All values it leads to, in their order.
  std::vector<value> values(const value& from) const;

  /// The one value it leads to; nothing where it leads nowhere. Throws errc::bad_data where it leads to several.
  std::optional<value> only(const value& from) const;

  /// Whether it leads to a value `depth` steps below, each of which `step(i)` says whether it matches that step.
  bool leads_to(std::size_t depth, const std::function<bool(std::size_t place, const path_step&)>& step) const;

 private:
  std::vector<path_step> steps_;
};

}  // namespace ingest::rest
