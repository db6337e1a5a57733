#pragma once

#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "demo_api/event_store.hpp"
#include "demo_api/rest/description/settings.hpp"
#include "demo_api/rest/records/record_shape.hpp"
#include "demo_api/rest/records/selection.hpp"

namespace demo_api::rest {

/// The records of a resource, numbered from 0. Of a child resource each record of the parent has up to `most_each()` of
/// its own, numbered through: record i belongs to parent i / most_each(), which needs no memory for any of them.
///
/// Thread-safe: whoever looks at records holds what reading() gives for as long as it looks.
class collection {
 public:
  /// Takes `records`, `fewest`, `fields`, `key`, `time` and `changes` out of the settings. `parent` is null, or
  /// outlives this object.
  collection(settings& s, std::uint64_t seed, const std::string& name, const collection* parent);

  std::shared_lock<std::shared_mutex> reading() const;

  /// All records in their order, or of a child resource those of a parent.
  selection all() const;
  selection of_parent(std::uint64_t parent) const;

  std::uint64_t size() const;
  std::uint64_t most_each() const { return most_each_; }
  std::uint64_t children_of(std::uint64_t parent) const;

  const record_shape& shape() const { return shape_; }
  bool has_times() const { return has_times_; }
  bool can_change() const { return can_change_; }
  timestamp_ms time_of(std::uint64_t record) const;

  /// The order by time, where changes have made it another than that of the numbers; else empty.
  std::span<const std::uint32_t> by_time() const { return by_time_; }

  /// What the values of a record are made of. `parent_key` must outlive what is returned.
  record_facts facts(std::uint64_t record, std::string_view parent_key) const;

  /// A record's key as JSON, and the record that has a key.
  std::string key_of(std::uint64_t record) const;
  std::optional<std::uint64_t> find_key(std::string_view text) const;

  /// Changes a record, or adds one, at that time. Only where can_change().
  void change(std::uint64_t random, timestamp_ms now);
  void add(timestamp_ms now);

 private:
  void read_key(const yaml_value& fields, const std::string& name);
  void read_times(const yaml_value& fields, settings& s);
  void insert_by_time(std::uint32_t record);

  std::uint64_t seed_;
  const collection* parent_;
  std::uint64_t records_;
  std::uint64_t most_each_ = 0;
  std::uint64_t fewest_ = 0;
  record_shape shape_;
  std::string key_name_;
  bool has_key_ = false;
  std::string key_prefix_;
  std::uint64_t key_from_ = 1;
  bool has_times_ = false;
  timestamp_ms first_time_ = 0;
  timestamp_ms step_ = 0;
  bool can_change_;

  mutable std::shared_mutex mutex_;  ///< of what follows, which is empty unless it can change
  std::vector<timestamp_ms> times_;
  std::vector<std::uint32_t> versions_;
  std::vector<std::uint32_t> by_time_;
};

}  // namespace demo_api::rest
