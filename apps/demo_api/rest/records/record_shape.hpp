#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "demo_api/rest/description/yaml_value.hpp"
#include "demo_api/rest/records/field.hpp"

namespace demo_api::rest {

/// The fields of a record, in their order.
class record_shape {
 public:
  /// `fields` maps names to what make_field() takes.
  record_shape(const yaml_value& fields, std::uint64_t seed, const std::string& path);

  void append_json(const record_facts& facts, std::string& out) const;

  /// A line of CSV (RFC 4180), with \r\n behind it: objects and lists as their JSON.
  void append_csv(const record_facts& facts, std::string& out) const;
  void append_csv_header(std::string& out) const;

  /// Null if there is none of that name.
  const field* find(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::unique_ptr<field>>> fields_;
  std::vector<std::string> before_;  ///< of each field, what stands before its value in JSON
};

}  // namespace demo_api::rest
