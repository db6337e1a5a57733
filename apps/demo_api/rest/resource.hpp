#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "demo_api/connection.hpp"
#include "demo_api/http_message.hpp"
#include "demo_api/rest/auth/auth.hpp"
#include "demo_api/rest/faults/fault_rule.hpp"
#include "demo_api/rest/formats/body_format.hpp"
#include "demo_api/rest/limits/rate_limit.hpp"
#include "demo_api/rest/pagination/pagination.hpp"
#include "demo_api/rest/records/changes.hpp"
#include "demo_api/rest/records/collection.hpp"
#include "demo_api/rest/records/rendered_records.hpp"
#include "demo_api/rest/records/time_filter.hpp"

namespace demo_api::rest {

/// In a path: the parent's key stands there.
inline constexpr std::string_view parent_mark = "{parent}";

/// What all resources have in common unless they say otherwise.
struct api_defaults {
  std::uint64_t seed = 1;
  std::string base;
  std::shared_ptr<auth> access;
  std::shared_ptr<rate_limit> limit;  ///< null: none
};

/// How a resource was used, for tests and benchmarks.
struct resource_counters {
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> pages = 0;    ///< whole and unharmed
  std::atomic<std::uint64_t> records = 0;  ///< in those pages
  std::atomic<std::uint64_t> unauthorized = 0;
  std::atomic<std::uint64_t> limited = 0;
  std::atomic<std::uint64_t> faults = 0;
};

/// A kind of records, and the path at which they are read. Thread-safe.
class resource {
 public:
  /// `parent` is null or outlives this object. Throws std::runtime_error, naming the place in the description.
  resource(const std::string& name, settings& s, const api_defaults& defaults, const resource* parent);

  const std::string& name() const { return name_; }

  /// With {parent} in it where children are found by path.
  const std::string& path() const { return path_; }

  /// Answers a request. `parent_key` is what stood for {parent}. Throws refusal.
  void answer(const http_request& request, http_response& response, const connection& line,
              std::optional<std::string_view> parent_key);

  /// Whether the request may read; if not, it is answered.
  bool admit(const http_request& request, http_response& response);

  /// Those that a request without a page asks for.
  selection chosen(const http_request& request, std::optional<std::uint64_t> parent) const;

  /// Appends records of a selection in a format, with its separators.
  void append_records(const body_format& format, const selection& all, page_span span, std::string& out) const;

  const collection& records() const { return records_; }
  const resource_counters& counts() const { return counts_; }
  std::shared_ptr<auth> access() const { return access_; }

  /// Null unless the records change.
  changes* changing() { return changes_.get(); }

  void set_faults(bool on) { faults_on_ = on; }

 private:
  std::uint64_t find_parent(const http_request& request, std::optional<std::string_view> key) const;
  const planned_harm* harm_of(std::uint64_t number, std::uint64_t parent);
  std::size_t append_page(const http_request& request, http_response& response, std::optional<std::uint64_t> parent);
  void compress(const http_request& request, http_response& response) const;

  std::string name_;
  const resource* parent_;
  std::string path_;
  std::string parent_parameter_;
  collection records_;
  std::shared_ptr<auth> access_;
  std::shared_ptr<rate_limit> limit_;
  std::unique_ptr<pagination> pagination_;
  std::unique_ptr<body_format> format_;
  std::unique_ptr<time_filter> filter_;
  std::unique_ptr<changes> changes_;
  std::unique_ptr<rendered_records> rendered_;
  std::size_t gzip_;  ///< 0 never, 1 as an encoding, 2 as a file
  std::vector<std::unique_ptr<fault_rule>> faults_;
  random_table harm_bits_;
  std::atomic<bool> faults_on_ = true;
  resource_counters counts_;
};

}  // namespace demo_api::rest
