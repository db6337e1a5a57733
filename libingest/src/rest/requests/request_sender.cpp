#include "rest/requests/request_sender.hpp"

#include <algorithm>
#include <utility>

#include "core/ascii.hpp"
#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

constexpr int most_redirects = 10;

bool redirects(const exchange& e) {
  if (!e.given || !e.given->header("Location")) {
    return false;
  }
  switch (e.given->status()) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return true;
    default:
      return false;
  }
}

/// As browsers do it, and requests: 303 and 302 ask for the other place with GET, 301 in place of POST alone.
bool becomes_get(int status, http_request::method method) {
  return status == 303 || status == 302 || (status == 301 && method == http_request::method::post);
}

void make_get(http_request& request) {
  request.verb = http_request::method::get;
  request.body.clear();
  std::erase_if(request.headers, [](const http_header& h) {
    const std::string name = lower(h.name);
    return name == "content-type" || name == "content-length" || name == "transfer-encoding";
  });
}

prepared_request redirected(prepared_request request, const answer& given, const request_sender::trust& trusted) {
  const std::string from = request.target.for_people();
  request.target = parse_url(join_url(request.raw.url, *given.header("Location")), "a redirect of " + from);
  request.raw.url = request.target.text();
  if (becomes_get(given.status(), request.raw.verb)) {
    make_get(request.raw);
  }
  if (!trusted(request.target)) {
    if (!request.raw.body.empty()) {
      throw error(errc::config, "a redirect of " + from + " would take the body of the request to " +
                                    request.target.origin() + "; list the host in `allowed_hosts` if it is of the API");
    }
    request.raw.headers.clear();
  }
  return request;
}

}  // namespace

exchange request_sender::attempt(prepared_request request, const trust& trusted, const std::stop_token& stop) const {
  for (int hops = 0;; ++hops) {
    exchange e = send_once(request, stop);
    if (!redirects(e)) {
      return e;
    }
    if (hops == most_redirects) {
      throw error(errc::config, request.target.for_people() + " redirects more than " + std::to_string(most_redirects) +
                                    " times; check the URL");
    }
    request = redirected(std::move(request), *e.given, trusted);
  }
}

exchange request_sender::send_once(const prepared_request& request, const std::stop_token& stop) const {
  const api_call call{std::string(name_of(request.raw.verb)), request.target, request.raw.headers};
  if (budget_) {
    budget_->acquire(call, stop);
  }
  exchange e = connections_->send(request.raw, request.target.for_people(), stop);
  if (budget_ && e.given) {
    budget_->observe(call, *e.given);
  }
  return e;
}

}  // namespace ingest::rest
