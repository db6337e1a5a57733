#include "rest/selectors/raw_page.hpp"

#include <array>
#include <span>

#include "ingest/error.hpp"
#include "rest/decoders/json_body.hpp"

namespace ingest::rest {

namespace {

using detail::json_scanner;
using detail::json_value;

std::string_view between(const char* begin, const json_scanner& in) {
  return {begin, static_cast<std::size_t>(in.position() - begin)};
}

/// Whether Python calls the value false.
bool is_false(std::string_view json) {
  return json.front() == '{' ? is_blank(json.substr(1, json.size() - 2)) : !value::from_json(json).truth();
}

}  // namespace

raw_page::raw_page(std::string_view body, const glob_path& path, const std::string& cursor_field,
                   const json_pointer* key)
    : body_(without_byte_order_mark(body)), path_(path), has_cursor_(!cursor_field.empty()) {
  if (has_cursor_) {
    sought_.push_back(json_pointer::to_member(cursor_field));
  }
  if (key != nullptr) {
    sought_.push_back(*key);
  }
  if (is_blank(body_)) {
    return;
  }
  try {
    json_scanner in(body_);
    read_body(in);
    in.finish();
  } catch (const detail::json_fault& fault) {
    refuse_body(body_, fault.offset);
  }
}

void raw_page::read_body(json_scanner& in) {
  is_list_ = in.peek() == '[';
  if (is_list_) {
    in.array([&](std::size_t) { read_document(in); });
    place_found_ = place_found_ || documents_ == 0;
  } else {
    read_document(in);
  }
}

void raw_page::read_document(json_scanner& in) {
  first_of_document_ = records_.size();
  in.peek();
  const char* const begin = in.position();
  read_below(in, 0);
  if (documents_++ == 0) {
    first_document_ = between(begin, in);
  }
}

void raw_page::read_below(json_scanner& in, std::size_t depth) {
  if (depth == path_.steps().size()) {
    read_target(in);
  } else if (in.peek() == '{') {
    in.object([&](std::string_view key) {
      if (key != path_.steps()[depth].text) {
        read_beside(key, depth, in);
        return;
      }
      // Of equal names the last one counts.
      records_.resize(first_of_document_);
      read_below(in, depth + 1);
    });
  } else {
    in.value();
  }
}

void raw_page::read_beside(std::string_view key, std::size_t depth, json_scanner& in) {
  const json_value beside = in.value();
  if (depth == 0 && key == "errors" && beside.what == json_value::kind::array && path_.steps().front().text == "data") {
    errors_ = is_blank(beside.raw.substr(1, beside.raw.size() - 2)) ? std::string_view() : beside.raw;
  }
}

void raw_page::read_target(json_scanner& in) {
  place_found_ = true;
  if (in.peek() != '[') {
    read_record(in);
    if (is_false(records_.back().json)) {
      records_.pop_back();
    }
    return;
  }
  const char* const begin = in.position();
  in.array([&](std::size_t) { read_record(in); });
  if (documents_ == 0) {
    hole_ = between(begin, in);
  }
}

void raw_page::read_record(json_scanner& in) {
  if (sought_.empty()) {
    records_.push_back({in.value().raw, {}, {}});
    return;
  }
  std::array<json_value, 2> found;
  const json_value record = find_values(in, sought_, std::span(found).first(sought_.size()));
  raw_record& made = records_.emplace_back();
  made.json = record.raw;
  if (has_cursor_ && record.what == json_value::kind::object) {
    made.cursor = found.front().raw;
  }
  if (sought_.size() > (has_cursor_ ? 1 : 0)) {
    made.key = found[sought_.size() - 1];
  }
}

value raw_page::response(contents what) const {
  const bool is_null = !is_list_ && first_document_ == "null";
  if (documents_ == 0 || is_null) {
    return value::dict_of({});
  }
  if (hole_.empty() || what == contents::whole) {
    return value::from_json(first_document_);
  }
  const auto before = static_cast<std::size_t>(hole_.data() - first_document_.data());
  std::string text(first_document_.substr(0, before));
  text += "[]";
  text += first_document_.substr(before + hole_.size());
  return value::from_json(text);
}

}  // namespace ingest::rest
