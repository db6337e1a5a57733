#include <cmath>

#include "rest/answers/backoff.hpp"
#include "rest/connectors/building.hpp"
#include "rest/connectors/custom_building.hpp"
#include "rest/custom/custom_requests.hpp"

namespace ingest::rest {

namespace {

using handler = std::shared_ptr<const error_handler>;
using strategy = std::shared_ptr<const backoff_strategy>;

header_backoff_options header_of(const component& of) {
  return {of.given(), of.expression("header"), of.optional_expression("regex"),
          of.optional_expression("max_waiting_time_in_seconds"), of.optional_expression("min_wait")};
}

constexpr component_maker<strategy> backoffs[] = {
    {"ConstantBackoffStrategy",
     [](const component& of) -> strategy {
       return std::make_shared<constant_backoff>(constant_backoff_options{
           of.given(), of.expression("backoff_time_in_seconds"), of.number("jitter_range_in_seconds")});
     }},
    {"ExponentialBackoffStrategy",
     [](const component& of) -> strategy {
       exponential_backoff_options o{of.given()};
       o.factor = of.optional_expression("factor").value_or(o.factor);
       o.jitter_range_in_seconds = of.number("jitter_range_in_seconds");
       return std::make_shared<exponential_backoff>(o);
     }},
    {"WaitTimeFromHeader",
     [](const component& of) -> strategy {
       return std::make_shared<wait_time_from_header>(header_of(of), of.parts().time.wall);
     }},
    {"WaitUntilTimeFromHeader",
     [](const component& of) -> strategy {
       return std::make_shared<wait_until_time_from_header>(header_of(of), of.parts().time.wall);
     }},
    {"CustomBackoffStrategy", make_custom_backoff},
};

std::optional<response_action> action_of(const component& of) {
  constexpr std::pair<std::string_view, response_action> words[] = {
      {"SUCCESS", response_action::success},
      {"FAIL", response_action::fail},
      {"RETRY", response_action::retry},
      {"IGNORE", response_action::ignore},
      {"RESET_PAGINATION", response_action::reset_pagination},
      {"RATE_LIMITED", response_action::rate_limited},
      {"REFRESH_TOKEN_THEN_RETRY", response_action::refresh_token_then_retry},
  };
  const std::string asked = of.text("action");
  for (const auto& [word, action] : words) {
    if (word == asked) {
      return action;
    }
  }
  if (!asked.empty()) {
    of.refuse("knows no `action` " + asked);
  }
  return std::nullopt;
}

std::optional<failure_type> failure_of(const component& of) {
  const std::string asked = of.text("failure_type");
  return asked.empty()                ? std::nullopt
         : asked == "config_error"    ? std::optional(failure_type::config)
         : asked == "transient_error" ? std::optional(failure_type::transient)
                                      : std::optional(failure_type::system);
}

response_filter make_response_filter(const component& of) {
  response_filter_options o;
  o.given = of.given();
  o.action = action_of(of);
  o.failure = failure_of(of);
  for (const std::string& code : of.texts("http_codes")) {
    if (code.empty() || code.size() > 3 || code.find_first_not_of("0123456789") != std::string::npos) {
      of.refuse("`http_codes` has \"" + code + "\", which is no status of HTTP");
    }
    o.http_codes.insert(std::stoi(code));
  }
  o.error_message_contains = of.text("error_message_contains");
  o.predicate = of.expression("predicate");
  o.error_message = of.expression("error_message");
  return response_filter(std::move(o));
}

error_handler_options default_handling(const component& of) {
  error_handler_options o;
  for (const component& filter : of.children("response_filters")) {
    o.filters.push_back(make_response_filter(filter));
  }
  for (const component& wait : of.children("backoff_strategies")) {
    o.backoffs.push_back(make_by_type(backoffs, wait));
  }
  const std::int64_t retries = of.whole("max_retries", o.max_retries);
  if (retries < 0 || retries > 1'000'000) {
    of.refuse("`max_retries` must lie between 0 and 1,000,000");
  }
  o.max_retries = static_cast<unsigned>(retries);
  return o;
}

constexpr component_maker<handler> handlers[] = {
    {"DefaultErrorHandler",
     [](const component& of) -> handler { return std::make_shared<default_error_handler>(default_handling(of)); }},
    {"CustomErrorHandler",
     [](const component& of) -> handler {
       return std::make_shared<custom_error_handler>(make_custom_error_handler(of), default_handling(of));
     }},
    {"CompositeErrorHandler",
     [](const component& of) -> handler {
       std::vector<handler> all;
       for (const component& one : of.children("error_handlers")) {
         all.push_back(make_error_handler(one));
       }
       return std::make_shared<composite_error_handler>(std::move(all), of.where());
     }},
};

}  // namespace

std::shared_ptr<const error_handler> make_error_handler(const component& of) {
  return make_by_type(handlers, of);
}

}  // namespace ingest::rest
