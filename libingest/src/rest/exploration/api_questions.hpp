#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "rest/exploration/asked_api.hpp"
#include "rest/exploration/polite_transport.hpp"
#include "rest/requests/answer.hpp"

namespace ingest::rest {

using asked_params = std::vector<std::pair<std::string, std::string>>;

/// What is asked of an API to get to know it. Its credentials go to its own host and to no other.
class api_questions {
 public:
  /// Requests that are left to those who read by what was found out: two pages, and two failures that pass.
  static constexpr std::size_t kept_for_reading = 4;

  api_questions(const asked_api& api, std::shared_ptr<polite_transport> transport, std::stop_token stop)
      : api_(api), transport_(std::move(transport)), stop_(std::move(stop)) {}

  const asked_api& api() const { return api_; }

  /// Whether one more question may be asked.
  bool may_ask() const { return transport_->left() > kept_for_reading; }

  /// The answer, with any status, to a GET of the address; `more` stand for parameters of that name that it has. What
  /// may pass, as 429 or 503, is asked once more. Throws errc::unavailable where there is no answer, errc::config
  /// where there were too many questions.
  answer ask(const asked_params& more = {});

  /// The same, of a URL that an answer has led to. Throws errc::config for another host.
  answer ask_next(const std::string& next);

 private:
  answer get(const url& target);

  const asked_api& api_;
  std::shared_ptr<polite_transport> transport_;
  std::stop_token stop_;
};

/// `all` with `more` in place of those of the same names.
asked_params with_params(asked_params all, const asked_params& more);

}  // namespace ingest::rest
