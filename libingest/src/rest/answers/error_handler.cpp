#include "rest/answers/error_handler.hpp"

#include <algorithm>
#include <utility>

#include "ingest/error.hpp"

namespace ingest::rest {

verdict default_error_handler::judge(const exchange& e) const {
  for (const response_filter& filter : options_.filters) {
    if (auto v = filter.judge(e)) {
      return std::move(*v);
    }
  }
  return default_verdict(e);
}

composite_error_handler::composite_error_handler(std::vector<std::shared_ptr<const error_handler>> handlers,
                                                 const std::string& where)
    : handlers_(std::move(handlers)) {
  if (handlers_.empty()) {
    throw error(errc::config, where + ": a CompositeErrorHandler needs at least one of `error_handlers`");
  }
}

verdict composite_error_handler::judge(const exchange& e) const {
  verdict v;
  for (const auto& handler : handlers_) {
    v = handler->judge(e);
    if (v.action == response_action::success || v.action == response_action::retry ||
        v.action == response_action::ignore || v.action == response_action::reset_pagination) {
      break;
    }
  }
  return v;
}

std::chrono::seconds composite_error_handler::max_time() const {
  std::chrono::seconds longest{0};
  for (const auto& handler : handlers_) {
    longest = std::max(longest, handler->max_time());
  }
  return longest;
}

error_handler::strategies composite_error_handler::backoffs() const {
  strategies all;
  for (const auto& handler : handlers_) {
    const strategies more = handler->backoffs();
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace ingest::rest
