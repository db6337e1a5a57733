#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ingest/stop.hpp"
#include "rest/answers/error_handler.hpp"
#include "rest/answers/retry_course.hpp"
#include "rest/authenticators/authenticator.hpp"
#include "rest/requests/credential_hosts.hpp"
#include "rest/requests/request_sender.hpp"
#include "rest/requests/request_template.hpp"
#include "rest/requests/requester.hpp"

namespace ingest::rest {

/// Changes a request that is about to be signed and sent; `given` is what its templates may name.
using request_change = std::function<void(http_request& request, const variables& given)>;

struct http_requester_options {
  std::string name = {};  ///< of the stream, for messages
  request_template_options request = {};
  std::shared_ptr<authenticator> auth = std::make_shared<no_authenticator>();
  std::shared_ptr<const error_handler> errors = std::make_shared<default_error_handler>();
  std::shared_ptr<api_budget> budget = {};  ///< null: none
  std::shared_ptr<http_transport> connections = {};
  std::vector<std::string> allowed_hosts = {};  ///< that may get the credentials besides those of the requester's URL
  std::optional<std::chrono::milliseconds> retry_deadline = {};  ///< none: as the connector has it
  timing time = {};
  request_change change = {};  ///< none: requests are sent as they are made
};

/// HttpRequester. Beyond the CDK: a 401 that would fail makes the authenticator get another token, once, if it can; and
/// credentials go to no host that only an answer names.
class http_requester final : public requester {
 public:
  explicit http_requester(http_requester_options options);

  request_outcome send(const variables& given, const request_options& injected, const std::optional<std::string>& path,
                       const std::stop_token& stop) override;
  value described(const variables& given) const override;

 private:
  struct attempted {
    exchange got;
    std::uint64_t token = 0;  // the number of what was presented
  };

  url target_of(const variables& given, const std::optional<std::string>& path) const;
  attempted attempt(const variables& given, const request_options& injected, const url& target,
                    const std::stop_token& stop) const;
  url checked(url target, const variables& given) const;
  void wait_for_another(retry_course& course, const verdict& v, const exchange& e, const url& target,
                        const std::stop_token& stop) const;
  bool has_credentials() const;

  http_requester_options options_;
  request_template template_;
  credential_hosts hosts_;
  request_sender sender_;
};

}  // namespace ingest::rest
