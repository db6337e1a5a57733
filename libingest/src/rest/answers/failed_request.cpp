#include "rest/answers/failed_request.hpp"

#include "ingest/log.hpp"
#include "log/quotable.hpp"
#include "rest/answers/api_message.hpp"

namespace ingest::rest {

namespace {

errc code_of(const verdict& v, const exchange& e) {
  if (e.given && e.given->status() == 401) {
    return errc::authentication;
  }
  return v.failure == failure_type::transient || v.asks_for_another_attempt() ? errc::unavailable : errc::config;
}

std::string what_happened(const exchange& e) {
  return e.given ? " answered " + std::to_string(e.given->status()) : std::string(" got no answer");
}

}  // namespace

request_failure failed_request(const std::string& name, std::string_view method, const url& target, const verdict& v,
                               const exchange& e) {
  std::string text = name + ": " + std::string(method) + " " + target.for_people() + what_happened(e);
  if (!v.message.empty()) {
    text += ": " + v.message;
  }
  const std::string words = e.given ? detail::quotable(api_message(*e.given).value_or("")) : "";
  if (!words.empty() && v.message.find(words) == std::string::npos) {
    text += " (" + words + ")";
  }
  return {code_of(v, e), log::redact(text), e.given ? e.given->status() : 0};
}

}  // namespace ingest::rest
