#include "demo_api/rest/records/record_shape.hpp"

#include <algorithm>
#include <stdexcept>

namespace demo_api::rest {
namespace {

void append_csv_cell(std::string_view text, std::string& out) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    out += c;
    if (c == '"') {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

record_shape::record_shape(const yaml_value& fields, std::uint64_t seed, const std::string& path) {
  if (fields.is != yaml_value::kind::map || fields.members.empty()) {
    throw std::runtime_error(fields.place + ": must be a map of fields");
  }
  for (const auto& [name, description] : fields.members) {
    before_.emplace_back(fields_.empty() ? "{" : ",");
    append_quoted(name, before_.back());
    before_.back() += ':';
    fields_.emplace_back(name, make_field(description, seed, path + "." + name));
  }
}

void record_shape::append_json(const record_facts& facts, std::string& out) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    out += before_[i];
    fields_[i].second->append_json(facts, out);
  }
  out += '}';
}

void record_shape::append_csv(const record_facts& facts, std::string& out) const {
  std::string cell;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    out += i == 0 ? "" : ",";
    cell.clear();
    fields_[i].second->append(facts, cell);
    append_csv_cell(cell, out);
  }
  out += "\r\n";
}

void record_shape::append_csv_header(std::string& out) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    out += i == 0 ? "" : ",";
    append_csv_cell(fields_[i].first, out);
  }
  out += "\r\n";
}

const field* record_shape::find(std::string_view name) const {
  const auto at = std::find_if(fields_.begin(), fields_.end(), [name](const auto& f) { return f.first == name; });
  return at == fields_.end() ? nullptr : at->second.get();
}

}  // namespace demo_api::rest
