#include "rest/requests/api_budget.hpp"

#include <charconv>

#include "http/rate_limit.hpp"

namespace ingest::rest {

namespace {

std::optional<std::int64_t> count_in(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = problem == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(count) : std::nullopt;
}

}  // namespace

call_rate_policy* api_budget::policy_for(const api_call& call) const {
  for (const auto& policy : options_.policies) {
    if (policy->matches(call)) {
      return policy.get();
    }
  }
  return nullptr;
}

void api_budget::acquire(const api_call& call, const std::stop_token& stop) {
  call_rate_policy* const policy = policy_for(call);
  if (policy == nullptr) {
    return;
  }
  const unsigned weight = policy->weight_of(call);
  while (const auto wait = policy->acquire(weight, options_.time.now())) {
    if (!options_.time.wait(*wait, stop)) {
      throw error(errc::cancelled, "stop requested while waiting for the API's budget");
    }
  }
}

void api_budget::observe(const api_call& call, const answer& given) {
  call_rate_policy* const policy = policy_for(call);
  if (policy == nullptr) {
    return;
  }
  std::optional<std::int64_t> left = count_in(given.header(options_.ratelimit_remaining_header).value_or(""));
  if (!left && options_.status_codes_for_ratelimit_hit.contains(given.status())) {
    left = 0;
  }
  const auto reset =
      parse_rate_limit_reset(given.header(options_.ratelimit_reset_header).value_or(""), options_.time.wall());
  policy->update(left, reset.count() < 0 ? std::nullopt : std::optional(reset), options_.time.now());
}

}  // namespace ingest::rest
