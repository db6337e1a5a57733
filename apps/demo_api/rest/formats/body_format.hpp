#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "demo_api/rest/description/yaml_value.hpp"
#include "demo_api/rest/records/record_shape.hpp"

namespace demo_api::rest {

/// How records stand in a body.
class body_format {
 public:
  virtual ~body_format() = default;

  virtual std::string_view content_type() const = 0;

  /// What stands between records that are appended one behind the other.
  virtual std::string_view separator() const = 0;

  virtual void append_record(const record_shape& shape, const record_facts& facts, std::string& out) const {
    shape.append_json(facts, out);
  }

  /// Whether a body has room for members beside the records. One that has not is told none.
  virtual bool takes_members() const { return false; }

  /// To be called once, before all others: the names of the members, as paths.
  virtual void set_members(const std::vector<std::string>& names) { static_cast<void>(names); }

  /// Appends a body: `append_records()` appends the records with separators between them, `append_member(i)` the value
  /// of member i.
  virtual void append_body(const record_shape& shape, std::string& out, const std::function<void()>& append_records,
                           const std::function<void(std::size_t)>& append_member) const = 0;
};

/// The format that a value of the description names. Throws std::runtime_error, naming the place.
std::unique_ptr<body_format> make_body_format(const yaml_value& description);
std::unique_ptr<body_format> make_body_format(std::string_view kind);

}  // namespace demo_api::rest
