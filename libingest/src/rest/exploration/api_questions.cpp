#include "rest/exploration/api_questions.hpp"

#include <algorithm>

#include "http/retry_after.hpp"
#include "ingest/error.hpp"
#include "rest/requests/form_encoding.hpp"
#include "rest/requests/request_sender.hpp"

namespace ingest::rest {

namespace {

dictionary as_dictionary(const asked_params& params) {
  dictionary all;
  for (const auto& [name, content] : params) {
    all.set(name, value::text_of(content));
  }
  return all;
}

asked_params credentials_in_query(const asked_api& api) {
  asked_params all;
  for (const asked_credential& one : api.credentials) {
    if (one.in_query) {
      all.emplace_back(one.name, one.value);
    }
  }
  return all;
}

bool may_pass(const exchange& got) {
  using kind = transport_failure::kind;
  return got.failure ? got.failure->what == kind::connection || got.failure->what == kind::timeout
                     : got.given->status() == 429 || got.given->status() >= 500;
}

}  // namespace

asked_params with_params(asked_params all, const asked_params& more) {
  for (const auto& [name, content] : more) {
    const auto there =
        std::find_if(all.begin(), all.end(), [&, &wanted = name](const auto& p) { return p.first == wanted; });
    if (there != all.end()) {
      there->second = content;
    } else {
      all.emplace_back(name, content);
    }
  }
  return all;
}

answer api_questions::ask(const asked_params& more) {
  url target = api_.base;
  add_to_query(target, as_dictionary(with_params(with_params(api_.params, more), credentials_in_query(api_))));
  return get(target);
}

answer api_questions::ask_next(const std::string& next) {
  url target = parse_url(join_url(api_.base.text(), next), "the URL of the next page");
  if (api_.base.scheme == "https" && target.port.empty()) {
    target.scheme = "https";  // as a run does it: some APIs behind a proxy do not know that they are spoken to by https
  }
  if (target.origin() != api_.base.origin()) {
    throw error(errc::config, api_.base.for_people() + " says that its next page is at " + target.origin() +
                                  ", another host, which gets no credentials and is not asked: write the file by hand, "
                                  "and list the host in `allowed_hosts` if it is of the API");
  }
  add_to_query(target, without_repeated(as_dictionary(credentials_in_query(api_)), target.query.value_or("")));
  return get(target);
}

answer api_questions::get(const url& target) {
  const request_sender sender(transport_, nullptr);
  const auto trusted = [this](const url& to) { return to.origin() == api_.base.origin(); };
  for (bool patient = false;; patient = true) {
    prepared_request request{{}, target};
    request.raw.url = target.text();
    request.raw.headers = api_.headers;
    for (const asked_credential& one : api_.credentials) {
      if (!one.in_query) {
        request.raw.headers.push_back({one.name, one.value});
      }
    }
    const exchange got = sender.attempt(std::move(request), trusted, stop_);
    if (!patient && may_pass(got) && may_ask()) {
      continue;
    }
    if (got.failure) {
      throw error(errc::unavailable, target.for_people() + " does not answer: " + got.failure->message);
    }
    return *got.given;
  }
}

}  // namespace ingest::rest
