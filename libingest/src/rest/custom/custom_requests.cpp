#include "rest/custom/custom_requests.hpp"

#include <algorithm>

#include "core/ascii.hpp"
#include "ingest/error.hpp"
#include "rest/custom/call_of_variables.hpp"
#include "rest/requests/form_encoding.hpp"
#include "rest/requests/header_lines.hpp"
#include "rest/requests/url.hpp"

namespace ingest::custom {

std::optional<std::string_view> answer::header(std::string_view name) const {
  const std::string wanted = lower(name);
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const http_header& h) { return lower(h.name) == wanted; });
  return found == headers.end() ? std::nullopt : std::optional<std::string_view>(found->value);
}

void add_parameter(http_request& to, std::string_view name, std::string_view content) {
  rest::url target = rest::parse_url(to.url, "the URL of a request");
  rest::dictionary parameter;
  parameter.set(name, rest::value::text_of(std::string(content)));
  rest::add_to_query(target, parameter);
  to.url = target.text();
}

void set_header(http_request& in, std::string_view name, std::string_view content) {
  const std::string wanted = lower(name);
  std::erase_if(in.headers, [&](const http_header& h) { return lower(h.name) == wanted; });
  in.headers.push_back({std::string(name), std::string(content)});
}

}  // namespace ingest::custom

namespace ingest::rest {

std::uint64_t authenticator_of_manifest::sign(http_request& request, const std::stop_token& stop) {
  const rest::authenticator::proof p = inner_->present(stop);
  if (!p.options.body_json.empty() || p.options.body_data.truth()) {
    throw error(errc::config, where_ + ": its credentials go into the body, where code of one's own cannot put them");
  }
  for (const http_header& h : header_lines(p.options.headers)) {
    custom::set_header(request, h.name, h.value);
  }
  if (!p.options.parameters.empty()) {
    url target = parse_url(request.url, where_);
    add_to_query(target, p.options.parameters);
    request.url = target.text();
  }
  return inner_->sign(request, stop).value_or(p.number);
}

namespace {

response_action action_of(custom::action a) {
  switch (a) {
    case custom::action::success:
      return response_action::success;
    case custom::action::fail:
      return response_action::fail;
    case custom::action::retry:
      return response_action::retry;
    case custom::action::ignore:
      return response_action::ignore;
    case custom::action::reset_pagination:
      return response_action::reset_pagination;
    case custom::action::rate_limited:
      return response_action::rate_limited;
    case custom::action::refresh_token_then_retry:
      return response_action::refresh_token_then_retry;
  }
  return response_action::fail;
}

}  // namespace

verdict custom_error_handler::judge(const exchange& e) const {
  if (e.given) {
    if (auto own = first_(shown(*e.given))) {
      return {action_of(own->what), failure_type::system, std::move(own->message)};
    }
  }
  return rest_.judge(e);
}

std::optional<double> custom_backoff::seconds(const exchange& e, unsigned attempt) const {
  if (!e.given) {
    return std::nullopt;
  }
  const auto wait = wait_(shown(*e.given), attempt);
  return wait ? std::optional(wait->count()) : std::nullopt;
}

}  // namespace ingest::rest
