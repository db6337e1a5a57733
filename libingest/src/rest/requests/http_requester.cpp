#include "rest/requests/http_requester.hpp"

#include <utility>

#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "rest/answers/failed_request.hpp"

namespace ingest::rest {

namespace {

/// What templates of a requester may name is there, be it None.
variables with_all_names(const variables& given, const value& parameters) {
  variables all(&given);
  all.set("parameters", parameters);
  for (const char* name : {"config", "stream_slice", "next_page_token"}) {
    if (given.find(name) == nullptr) {
      all.set(name, value());
    }
  }
  return all;
}

request_outcome outcome_of(request_outcome::kind what, exchange e) {
  return {what, std::move(e.given)};
}

}  // namespace

http_requester::http_requester(http_requester_options options)
    : options_(std::move(options)),
      template_(options_.request),
      hosts_(options_.allowed_hosts, {&options_.request.url, &options_.request.url_base, &options_.request.path}),
      sender_(options_.connections, options_.budget) {}

request_outcome http_requester::send(const variables& given, const request_options& injected,
                                     const std::optional<std::string>& path, const std::stop_token& stop) {
  const variables all = with_all_names(given, options_.request.parameters);
  const url target = target_of(all, path);
  retry_course course(*options_.errors, options_.time, options_.retry_deadline);
  bool renewed = false;
  for (;;) {
    throw_if_stopped(stop);
    attempted a = attempt(all, injected, target, stop);
    const verdict v = options_.errors->judge(a.got);
    switch (v.action) {
      case response_action::success:
        return outcome_of(request_outcome::kind::answered, std::move(a.got));
      case response_action::ignore:
        return outcome_of(request_outcome::kind::ignored, std::move(a.got));
      case response_action::reset_pagination:
        return outcome_of(request_outcome::kind::pagination_reset, std::move(a.got));
      case response_action::fail: {
        const bool refused = a.got.given && a.got.given->status() == 401;
        if (!refused || std::exchange(renewed, true) || !options_.auth->renew(a.token)) {
          throw failed_request(options_.name, name_of(options_.request.method), target, v, a.got);
        }
        continue;
      }
      case response_action::refresh_token_then_retry:
        options_.auth->renew(a.token);
        break;
      case response_action::retry:
      case response_action::rate_limited:
        break;
    }
    wait_for_another(course, v, a.got, target, stop);
  }
}

value http_requester::described(const variables& given) const {
  const variables all = with_all_names(given, options_.request.parameters);
  const prepared_request sent = template_.prepare(target_of(all, std::nullopt), template_.own_options(all));
  dictionary headers;
  for (const http_header& header : sent.raw.headers) {
    headers.set(header.name, value::text_of(header.value));
  }
  return value::dict_of({{"method", value::text_of(std::string(name_of(sent.raw.verb)))},
                         {"url", value::text_of(sent.raw.url)},
                         {"headers", value::dict_of(std::move(headers))},
                         {"body", value::text_of(sent.raw.body)}});
}

url http_requester::target_of(const variables& given, const std::optional<std::string>& path) const {
  return checked(hosts_.by_own_scheme(template_.target(given, path), given), given);
}

url http_requester::checked(url target, const variables& given) const {
  if (has_credentials() && !hosts_.hold(target, given)) {
    throw error(errc::config, options_.name + ": the next request is to go to " + target.origin() +
                                  ", but credentials go to " + hosts_.for_people(given) +
                                  " only; list the host in `allowed_hosts` if it is of the API");
  }
  return target;
}

http_requester::attempted http_requester::attempt(const variables& given, const request_options& injected,
                                                  const url& target, const std::stop_token& stop) const {
  authenticator::proof proof = options_.auth->present(stop);
  request_options all = template_.own_options(given);
  combine(all, proof.options, options_.name);
  combine(all, injected, options_.name);
  const bool open = !has_credentials();
  const auto trusted = [&](const url& place) { return open || hosts_.hold(place, given); };
  prepared_request request = template_.prepare(target, all);
  const std::string made = request.raw.url;
  if (options_.change) {
    options_.change(request.raw, given);
  }
  const auto signed_with = options_.auth->sign(request.raw, stop);
  if (request.raw.url != made) {
    request.target = checked(parse_url(request.raw.url, options_.name), given);
  }
  return {sender_.attempt(std::move(request), trusted, stop), signed_with.value_or(proof.number)};
}

void http_requester::wait_for_another(retry_course& course, const verdict& v, const exchange& e, const url& target,
                                      const std::stop_token& stop) const {
  std::optional<std::chrono::milliseconds> wait;
  const auto failed = [&] { return failed_request(options_.name, name_of(options_.request.method), target, v, e); };
  try {
    wait = course.next(v, e);
  } catch (const error& refusal) {
    throw error(refusal.code(), std::string(failed().what()) + "; " + refusal.what(), refusal.transient());
  }
  if (!wait) {
    const std::string given_up =
        std::string(failed().what()) + "; given up after " + std::to_string(course.attempts()) + " attempts";
    if (course.is_cut_short()) {
      // A restart would have as much time once more.
      throw error(errc::unavailable, given_up + ": another one would come later than `retry_deadline` allows", false);
    }
    throw error(errc::unavailable, given_up);
  }
  const bool limited = v.action == response_action::rate_limited;
  log::info(limited ? events::rate_limited : events::request_retried, failed().what(),
            {{"wait_ms", wait->count()}, {"attempt", course.attempts()}});
  if (!options_.time.wait(*wait, stop)) {
    throw error(errc::cancelled, "stop requested while waiting for another attempt");
  }
}

/// Settings may be secrets, whatever part of a request they are put into.
bool http_requester::has_credentials() const {
  return options_.auth->has_credentials() || template_.names_settings();
}

}  // namespace ingest::rest
