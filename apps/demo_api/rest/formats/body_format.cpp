#include "demo_api/rest/formats/body_format.hpp"

#include <array>
#include <stdexcept>

#include "demo_api/rest/description/kinds.hpp"
#include "demo_api/rest/formats/json_template.hpp"

namespace demo_api::rest {
namespace {

class json_format final : public body_format {
 public:
  explicit json_format(settings& s) : place_(s.place()), records_(s.text("records", "items")), template_({records_}) {}
  std::string_view content_type() const override { return "application/json"; }
  std::string_view separator() const override { return ","; }
  bool takes_members() const override { return true; }
  void set_members(const std::vector<std::string>& names) override {
    std::vector<std::string> paths = {records_};
    paths.insert(paths.end(), names.begin(), names.end());
    try {
      template_ = json_template(paths);
    } catch (const std::runtime_error& e) {
      throw std::runtime_error(place_ + ": " + e.what());
    }
  }
  void append_body(const record_shape&, std::string& out, const std::function<void()>& append_records,
                   const std::function<void(std::size_t)>& append_member) const override {
    template_.append(out, [&](std::size_t value) {
      if (value > 0) {
        append_member(value - 1);
        return;
      }
      out += '[';
      append_records();
      out += ']';
    });
  }

 private:
  std::string place_;
  std::string records_;
  json_template template_;
};

class array_format final : public body_format {
 public:
  std::string_view content_type() const override { return "application/json"; }
  std::string_view separator() const override { return ","; }
  void append_body(const record_shape&, std::string& out, const std::function<void()>& append_records,
                   const std::function<void(std::size_t)>&) const override {
    out += '[';
    append_records();
    out += ']';
  }
};

class lines_format final : public body_format {
 public:
  std::string_view content_type() const override { return "application/x-ndjson"; }
  std::string_view separator() const override { return "\n"; }
  void append_body(const record_shape&, std::string& out, const std::function<void()>& append_records,
                   const std::function<void(std::size_t)>&) const override {
    const std::size_t before = out.size();
    append_records();
    out += out.size() > before ? "\n" : "";
  }
};

class csv_format final : public body_format {
 public:
  std::string_view content_type() const override { return "text/csv"; }
  std::string_view separator() const override { return ""; }
  void append_record(const record_shape& shape, const record_facts& facts, std::string& out) const override {
    shape.append_csv(facts, out);
  }
  void append_body(const record_shape& shape, std::string& out, const std::function<void()>& append_records,
                   const std::function<void(std::size_t)>&) const override {
    shape.append_csv_header(out);
    append_records();
  }
};

using maker = kind_line<std::unique_ptr<body_format>>;

constexpr std::array<maker, 4> kinds = {{
    {"json", [](settings& s) -> std::unique_ptr<body_format> { return std::make_unique<json_format>(s); }},
    {"array", [](settings&) -> std::unique_ptr<body_format> { return std::make_unique<array_format>(); }},
    {"lines", [](settings&) -> std::unique_ptr<body_format> { return std::make_unique<lines_format>(); }},
    {"csv", [](settings&) -> std::unique_ptr<body_format> { return std::make_unique<csv_format>(); }},
}};

}  // namespace

std::unique_ptr<body_format> make_body_format(const yaml_value& description) {
  return make_of_kind(std::span<const maker>(kinds), "format", description);
}

std::unique_ptr<body_format> make_body_format(std::string_view kind) {
  yaml_value word;
  word.text = kind;
  return make_body_format(word);
}

}  // namespace demo_api::rest
