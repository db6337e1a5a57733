#pragma once

#include <memory>
#include <string>

#include "ingest/custom_kinds.hpp"
#include "rest/answers/error_handler.hpp"
#include "rest/authenticators/authenticator.hpp"

/// What stands for components of one's own where requests are made and answers judged, and the other way round.
namespace ingest::rest {

/// CustomAuthenticator.
class custom_authenticator final : public authenticator {
 public:
  explicit custom_authenticator(std::shared_ptr<custom::authenticator> made) : made_(std::move(made)) {}

  proof present(const std::stop_token&) override { return {}; }
  std::optional<std::uint64_t> sign(http_request& request, const std::stop_token& stop) override {
    return made_->sign(request, stop);
  }
  bool renew(std::uint64_t number) override { return made_->renew(number); }

 private:
  std::shared_ptr<custom::authenticator> made_;
};

/// An authenticator of the manifest, for one that is one's own.
class authenticator_of_manifest final : public custom::authenticator {
 public:
  authenticator_of_manifest(std::shared_ptr<rest::authenticator> inner, std::string where)
      : inner_(std::move(inner)), where_(std::move(where)) {}

  /// Throws errc::config for one that puts something into the body.
  std::uint64_t sign(http_request& request, const std::stop_token& stop) override;
  bool renew(std::uint64_t number) override { return inner_->renew(number); }

  const std::shared_ptr<rest::authenticator>& inner() const { return inner_; }

 private:
  std::shared_ptr<rest::authenticator> inner_;
  std::string where_;
};

/// CustomErrorHandler: asks one's own before the manifest's. Failures to connect are the manifest's alone.
class custom_error_handler final : public error_handler {
 public:
  custom_error_handler(custom::error_handler first, error_handler_options rest)
      : first_(std::move(first)), rest_(std::move(rest)) {}

  verdict judge(const exchange& e) const override;
  unsigned max_retries() const override { return rest_.max_retries(); }
  std::chrono::seconds max_time() const override { return rest_.max_time(); }
  strategies backoffs() const override { return rest_.backoffs(); }

 private:
  custom::error_handler first_;
  default_error_handler rest_;
};

/// CustomBackoffStrategy.
class custom_backoff final : public backoff_strategy {
 public:
  explicit custom_backoff(custom::backoff wait) : wait_(std::move(wait)) {}

  std::optional<double> seconds(const exchange& e, unsigned attempt) const override;

 private:
  custom::backoff wait_;
};

}  // namespace ingest::rest
