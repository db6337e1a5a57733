#pragma once

#include <string>
#include <utility>
#include <vector>

#include "rest/document/node.hpp"

namespace ingest::rest {

/// Puts a component of a manifest together, all of it at one line.
class made_dict {
 public:
  explicit made_dict(int line, std::string type = "") : line_(line) {
    if (!type.empty()) {
      set("type", std::move(type));
    }
  }

  made_dict& set(std::string name, node content) {
    set_member(members_, name, std::move(content));
    return *this;
  }
  made_dict& set(std::string name, std::string text) {
    return set(std::move(name), node::text(std::move(text), line_));
  }
  made_dict& set(std::string name, const char* text) { return set(std::move(name), std::string(text)); }
  made_dict& set_flag(std::string name) { return set(std::move(name), node::scalar(value::boolean_of(true), line_)); }
  made_dict& set_number(std::string name, std::int64_t number) {
    return set(std::move(name), node::scalar(value::integer_of(number), line_));
  }
  made_dict& set_list(std::string name, std::vector<node> items) {
    return set(std::move(name), node::list(std::move(items), line_));
  }

  bool empty() const { return members_.empty(); }
  operator node() const { return node::dict(members_, line_); }  // NOLINT(google-explicit-constructor): it is one

 private:
  int line_;
  node::member_list members_;
};

}  // namespace ingest::rest
