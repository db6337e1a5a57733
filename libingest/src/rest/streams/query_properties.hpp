#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// How much one request may name: names, or their characters with three more for what divides them.
struct property_limit {
  enum class unit { properties, characters };
  unit counted = unit::properties;
  std::size_t most = 0;
};

struct query_properties_options {
  std::string where = {};  ///< for messages
  /// The names; may wait for the API. Asked for once.
  std::function<std::vector<std::string>(const std::stop_token&)> names = {};
  std::vector<std::string> always = {};                ///< in each request
  std::optional<std::set<std::string>> selected = {};  ///< the only ones that are asked for; none: all
  bool chunking = false;                               ///< PropertyChunking; what it makes is merged by `key`
  std::optional<property_limit> limit = {};            ///< none: one chunk
  std::vector<std::string> key = {};                   ///< members of records
};

/// QueryProperties: which members requests name that records shall have, in how many requests for one page.
/// Thread-safe.
class query_properties {
 public:
  explicit query_properties(query_properties_options options) : options_(std::move(options)) {}

  const std::string& where() const { return options_.where; }

  /// Lists of names, at least one list, one for each of the requests for a page; always the same. Throws what asking
  /// for them throws, and errc::config where there would be more than 1000 requests for one page.
  std::vector<value> chunks(const std::stop_token& stop);

  /// What tells a record apart; nothing where a part of it is missing or false in Python.
  std::optional<std::string> key_of(const value& record) const;

  const std::vector<std::string>& key() const { return options_.key; }

  /// True once: for what is worth a warning, and not one for each page.
  bool first_lack() { return !lacked_.exchange(true); }

 private:
  std::vector<value> divided(const std::vector<std::string>& names) const;
  bool selects(const std::string& name) const;

  query_properties_options options_;
  std::mutex mutex_;
  std::vector<value> chunks_;
  std::atomic<bool> lacked_{false};
};

}  // namespace ingest::rest
