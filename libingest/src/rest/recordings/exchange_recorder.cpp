#include "rest/recordings/exchange_recorder.hpp"

#include "ingest/error.hpp"
#include "rest/authenticators/token_asking.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t most_bytes = 32u << 20;  // a file for a version control, and read as a whole

}  // namespace

exchange exchange_recorder::send(const http_request& request, const std::string& asked, const std::stop_token& stop) {
  exchange outcome = by_->send(request, asked, stop);
  const std::lock_guard lock(mutex_);
  bytes_ += request.url.size() + request.body.size() + (outcome.given ? outcome.given->body().size() : 0);
  if (bytes_ > most_bytes) {
    throw error(errc::bad_data,
                "a stream's exchanges have more than " + std::to_string(most_bytes >> 20) +
                    " MiB, which is too much for a recording: record fewer pages, or ask for smaller ones");
  }
  all_.push_back({group_, token_asking::goes_on(), request, outcome});
  return outcome;
}

void exchange_recorder::enter(std::string group) {
  const std::lock_guard lock(mutex_);
  group_ = std::move(group);
}

std::vector<exchange_recorder::kept> exchange_recorder::take() {
  const std::lock_guard lock(mutex_);
  bytes_ = 0;
  return std::exchange(all_, {});
}

}  // namespace ingest::rest
