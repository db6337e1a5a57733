#include "rest/requests/answer.hpp"

#include <algorithm>
#include <utility>

#include "core/ascii.hpp"
#include "ingest/error.hpp"
#include "rest/requests/link_header.hpp"

namespace ingest::rest {

namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string capitalized(std::string_view name) {
  std::string result;
  for (const char c : name) {
    const bool first = result.empty() || result.back() == '-';
    result.push_back(first ? upper(c) : lower(c));
  }
  return result;
}

}  // namespace

answer::answer(int status, const std::vector<http_header>& headers, std::shared_ptr<const std::string> body,
               std::string asked)
    : status_(status), body_(std::move(body)), asked_(std::move(asked)) {
  for (const http_header& h : headers) {
    const auto there = std::find_if(headers_.begin(), headers_.end(),
                                    [&](const http_header& known) { return same_name(known.name, h.name); });
    if (there == headers_.end()) {
      headers_.push_back(h);
    } else {
      there->value += ", " + h.value;
    }
  }
}

std::optional<std::string_view> answer::header(std::string_view name) const {
  for (const http_header& h : headers_) {
    if (same_name(h.name, name)) {
      return h.value;
    }
  }
  return std::nullopt;
}

value answer::headers() const {
  dictionary all;
  for (const http_header& h : headers_) {
    all.set(h.name, value::text_of(h.value));
  }
  all.set("link", parse_links(header("Link").value_or("")));
  return value::dict_of(std::move(all));
}

value answer::headers_as_spelt_in(std::string_view text) const {
  dictionary all;
  const std::string lowered_text = lower(text);
  for (const http_header& h : headers_) {
    const std::string name = lower(h.name);
    all.set(h.name, value::text_of(h.value));
    all.set(name, value::text_of(h.value));
    all.set(capitalized(h.name), value::text_of(h.value));
    for (auto at = lowered_text.find(name); at != std::string::npos; at = lowered_text.find(name, at + 1)) {
      all.set(text.substr(at, name.size()), value::text_of(h.value));
    }
  }
  return value::dict_of(std::move(all));
}

const value& answer::json() const {
  if (!json_) {
    try {
      json_ = value::from_json(*body_);
    } catch (const error& e) {
      throw error(e.code(), "the answer of " + asked_ + " is no JSON: " + e.what());
    }
  }
  return *json_;
}

const value& answer::json_or_empty() const {
  static const value nothing = value::dict_of({});
  try {
    return json();
  } catch (const error&) {
    return nothing;  // what is asked of an error page finds nothing there
  }
}

}  // namespace ingest::rest
