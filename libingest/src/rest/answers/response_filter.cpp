#include "rest/answers/response_filter.hpp"

#include "rest/answers/api_message.hpp"

namespace ingest::rest {

std::optional<verdict> response_filter::judge(const exchange& e) const {
  if (!options_.action || !e.given || !matches(*e.given)) {
    return std::nullopt;
  }
  const auto usual = verdict_of_status(e.given->status());
  verdict v{*options_.action, usual ? usual->failure : failure_type::system, message_for(*e.given)};
  if (options_.failure && v.action == response_action::fail) {
    v.failure = *options_.failure;
  }
  if (v.message.empty() && usual) {
    v.message = usual->message;
  }
  return v;
}

bool response_filter::matches(const answer& given) const {
  if (options_.http_codes.contains(given.status()) || predicate_holds(given)) {
    return true;
  }
  if (options_.error_message_contains.empty()) {
    return false;
  }
  const auto words = api_message(given);
  return words && words->find(options_.error_message_contains) != std::string::npos;
}

bool response_filter::predicate_holds(const answer& given) const {
  if (options_.predicate.text().empty()) {
    return false;
  }
  variables scope;
  scope.set("config", value());
  scope.set("parameters", options_.given.parameters);
  scope.set("response", given.json_or_empty());
  scope.set("headers", given.headers_in_any_case());
  return options_.predicate.holds(scope);
}

std::string response_filter::message_for(const answer& given) const {
  const interpolation& message = options_.error_message;
  if (message.text().empty()) {
    return {};
  }
  variables scope = options_.given.as_variables();
  scope.set("response", given.json_or_empty());
  scope.set("headers", given.headers_in_any_case());
  return message.evaluate_itself(scope).to_text();
}

}  // namespace ingest::rest
