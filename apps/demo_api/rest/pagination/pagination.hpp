#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "demo_api/http_message.hpp"
#include "demo_api/rest/description/yaml_value.hpp"
#include "demo_api/rest/records/selection.hpp"

namespace demo_api::rest {

/// A page, as positions of a selection.
struct page_span {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// A page with all that says where it stands.
struct page_place {
  const http_request& request;
  const selection& all;
  page_span span;

  bool is_last() const { return span.last >= all.size(); }
};

/// How a client asks for the records of a selection part by part, and what it is told of the next part.
class pagination {
 public:
  virtual ~pagination() = default;

  /// Throws refusal (400) for a request that names no page.
  virtual page_span choose(const http_request& request, const selection& all) const = 0;

  /// The members of the body, as paths, that it fills, and the value of one of them.
  virtual std::vector<std::string> members() const { return {}; }
  virtual void append_member(std::size_t member, const page_place& place, std::string& out) const {
    static_cast<void>(member), static_cast<void>(place), static_cast<void>(out);
  }

  virtual void add_headers(const page_place& place, http_response& response) const {
    static_cast<void>(place), static_cast<void>(response);
  }
};

/// The pagination that a value of the description names. Throws std::runtime_error, naming the place.
std::unique_ptr<pagination> make_pagination(const yaml_value& description);

}  // namespace demo_api::rest
