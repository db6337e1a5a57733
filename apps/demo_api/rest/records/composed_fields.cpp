#include "demo_api/rest/records/field_kinds.hpp"
#include "demo_api/rest/records/record_shape.hpp"
#include "demo_api/rest/records/time_format.hpp"

namespace demo_api::rest {
namespace {

class time_field final : public field {
 public:
  explicit time_field(const time_format& format) : format_(format) {}
  bool is_text() const override { return format_.quoted(); }
  void append(const record_facts& facts, std::string& out) const override { format_.append(facts.changed, out); }

 private:
  const time_format& format_;
};

class object_field final : public field {
 public:
  explicit object_field(record_shape shape) : shape_(std::move(shape)) {}
  bool is_object() const override { return true; }
  void append(const record_facts& facts, std::string& out) const override { shape_.append_json(facts, out); }

 private:
  record_shape shape_;
};

class list_field final : public field {
 public:
  list_field(std::unique_ptr<field> of, std::uint64_t length) : of_(std::move(of)), length_(length) {}
  bool is_object() const override { return true; }
  void append(const record_facts& facts, std::string& out) const override {
    out += '[';
    record_facts item = facts;
    for (std::uint64_t i = 0; i < length_; ++i) {
      out += i == 0 ? "" : ",";
      item.index = facts.index * length_ + i;
      of_->append_json(item, out);
    }
    out += ']';
  }

 private:
  std::unique_ptr<field> of_;
  std::uint64_t length_;
};

}  // namespace

std::unique_ptr<field> make_time_field(settings& s, const field_place&) {
  s.find("from");  // both are read by the resource, which keeps the times
  s.find("step_s");
  return std::make_unique<time_field>(read_time_format(s, "format", "iso"));
}

std::unique_ptr<field> make_object_field(settings& s, const field_place& place) {
  return std::make_unique<object_field>(record_shape(s.required("fields"), place.seed, place.path));
}

std::unique_ptr<field> make_list_field(settings& s, const field_place& place) {
  return std::make_unique<list_field>(make_field(s.required("of"), place.seed, place.path + "[]"),
                                      s.number("length", 2, 1000));
}

}  // namespace demo_api::rest
