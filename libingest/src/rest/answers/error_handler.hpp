#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "rest/answers/backoff.hpp"
#include "rest/answers/response_filter.hpp"
#include "rest/answers/verdict.hpp"

namespace ingest::rest {

/// Decides what an attempt means, and how often and when it is made again.
class error_handler {
 public:
  using strategies = std::vector<std::shared_ptr<const backoff_strategy>>;

  virtual ~error_handler() = default;

  virtual verdict judge(const exchange& e) const = 0;
  virtual unsigned max_retries() const = 0;
  virtual std::chrono::seconds max_time() const = 0;

  /// Asked in this order, whichever filter has matched.
  virtual strategies backoffs() const = 0;
};

struct error_handler_options {
  std::vector<response_filter> filters = {};
  error_handler::strategies backoffs = {};
  unsigned max_retries = 5;
  std::chrono::seconds max_time = std::chrono::minutes(10);
};

/// DefaultErrorHandler: the first filter that matches, then the mapping of default_verdict().
class default_error_handler final : public error_handler {
 public:
  explicit default_error_handler(error_handler_options options = {}) : options_(std::move(options)) {}

  verdict judge(const exchange& e) const override;
  unsigned max_retries() const override { return options_.max_retries; }
  std::chrono::seconds max_time() const override { return options_.max_time; }
  strategies backoffs() const override { return options_.backoffs; }

 private:
  error_handler_options options_;
};

/// CompositeErrorHandler: the first handler that says SUCCESS, RETRY, IGNORE or RESET_PAGINATION decides; of others the
/// last one. The retries of the first count, and the longest time.
class composite_error_handler final : public error_handler {
 public:
  /// Throws errc::config for no handler at all.
  composite_error_handler(std::vector<std::shared_ptr<const error_handler>> handlers, const std::string& where);

  verdict judge(const exchange& e) const override;
  unsigned max_retries() const override { return handlers_.front()->max_retries(); }
  std::chrono::seconds max_time() const override;
  strategies backoffs() const override;

 private:
  std::vector<std::shared_ptr<const error_handler>> handlers_;
};

}  // namespace ingest::rest
