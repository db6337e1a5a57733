#pragma once

#include <string>

#include "demo_api/rest/pagination/sized_pages.hpp"

namespace demo_api::rest {

/// Pages that begin behind the record which a token in `parameter` stands for, wherever that is meanwhile.
class token_pages : public sized_pages {
 public:
  token_pages(settings& s, std::string_view usual_parameter)
      : sized_pages(s), parameter_(s.text("parameter", usual_parameter)) {}

  page_span choose(const http_request& request, const selection& all) const override {
    const auto token = request.parameter(parameter_);
    return page_at(token && !token->empty() ? all.position_after(*token) : 0, request, all);
  }

 protected:
  static std::string next_token(const page_place& place) { return place.all.token_at(place.span.last - 1); }

  std::string next_url(const page_place& place, bool relative) const {
    return url_with(place.request, parameter_, next_token(place), relative);
  }

 private:
  std::string parameter_;
};

}  // namespace demo_api::rest
