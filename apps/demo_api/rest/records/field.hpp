#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "demo_api/event_store.hpp"

namespace demo_api::rest {

struct yaml_value;

/// What the values of a record are made of.
struct record_facts {
  std::uint64_t index = 0;    ///< from 0, among all records of the resource
  std::uint64_t version = 0;  ///< how often it has changed
  timestamp_ms changed = 0;   ///< when it last did; the time of the resource's time field
  std::string_view parent;    ///< the parent's key as JSON; empty where there is none
};

/// A field of the records of a resource: the same facts always give the same value.
class field {
 public:
  virtual ~field() = default;

  /// Appends the value: a text as it is where `is_text()`, else as JSON.
  virtual void append(const record_facts& facts, std::string& out) const = 0;

  virtual bool is_text() const { return false; }

  /// Whether it is made of the record's fields rather than a value.
  virtual bool is_object() const { return false; }

  void append_json(const record_facts& facts, std::string& out) const;
};

/// The field of that description; `seed` and `path` (within the resource) decide its random values. Throws
/// std::runtime_error, naming the place.
std::unique_ptr<field> make_field(const yaml_value& description, std::uint64_t seed, const std::string& path);

/// Appends `text` as a JSON string.
void append_quoted(std::string_view text, std::string& out);

}  // namespace demo_api::rest
