#include "rest/requests/counted_transport.hpp"

#include <chrono>

namespace ingest::rest {

exchange counted_transport::send(const http_request& request, const std::string& asked, const std::stop_token& stop) {
  constexpr int too_many = 429;
  constexpr int first_of_server = 500;
  const auto begun = std::chrono::steady_clock::now();
  ++counters_.requests;
  exchange e = by_->send(request, asked, stop);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
  counters_.fetch_us += static_cast<std::uint64_t>(took.count());
  counters_.request_duration.add(static_cast<std::uint64_t>(took.count()));
  if (e.failure) {
    ++counters_.fetch_errors;
  } else if (e.given) {
    counters_.bytes_fetched += e.given->body().size();
    counters_.retries_429 += e.given->status() == too_many ? 1 : 0;
    counters_.retries_5xx += e.given->status() >= first_of_server ? 1 : 0;
  }
  return e;
}

}  // namespace ingest::rest
