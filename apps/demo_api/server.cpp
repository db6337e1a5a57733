#include "demo_api/server.hpp"

#include <algorithm>
#include <string>

namespace demo_api {
namespace {

constexpr std::size_t truth_step = 4096;  // events sent at once

}  // namespace

server::server(const options& chosen, const event_store& events)
    : options_(chosen),
      events_(events),
      api_(chosen, events),
      listener_([this](const http_request& request, http_response& response, const connection& line) {
        answer(request, response, line);
      }) {}

int server::start() {
  return listener_.start(options_.host, options_.port, options_.threads);
}

void server::answer(const http_request& request, http_response& response, const connection& line) {
  if (request.method == "GET" && request.path == analytics_api::standard_path) {
    api_.standard_events(request, response, line);
  } else if (request.method == "GET" && request.path == analytics_api::stream_path) {
    api_.stream_events(request, response, line);
  } else if (request.method == "POST" && request.path == analytics_api::access_path) {
    api_.stream_access_token(request, response, line);
  } else {
    answer_beside_the_api(request, response);
  }
}

void server::answer_beside_the_api(const http_request& request, http_response& response) {
  if (request.method == "GET" && request.path == "/healthz") {
    response.set(200, R"({"status":"ok"})");
  } else if (request.method == "GET" && request.path == "/counters") {
    api_.counts().connections = listener_.connections();
    response.set(200, api_.counts().to_json());
  } else if (request.method == "GET" && request.path == "/truth") {
    send_truth(response);
  } else {
    response.set(404, R"({"error":"Not Found"})");
  }
}

void server::send_truth(http_response& response) const {
  response.content_type = "application/x-ndjson";
  response.framed_by = http_response::framing::chunks;
  response.next_chunk = [this, next = std::size_t{0}](std::string& lines) mutable {
    const std::size_t last = std::min(next + truth_step, events_.size());
    lines.clear();
    if (next < last) {
      events_.append(next, last, '\n', lines);
      lines += '\n';
    }
    next = last;
    return !lines.empty();
  };
}

}  // namespace demo_api
