#include "demo_api/rest/rest_server.hpp"

#include "demo_api/answer.hpp"
#include "demo_api/rest/pagination/sized_pages.hpp"
#include "demo_api/rest/rest_truth.hpp"

namespace demo_api::rest {
namespace {

constexpr std::string_view truth_of = "/truth/";

}  // namespace

rest_server::rest_server(const options& chosen)
    : options_(chosen),
      api_(read_yaml(chosen.rest.value())),
      log_(api_.log_size()),
      listener_([this](const http_request& request, http_response& response, const connection& line) {
        answer(request, response, line);
      }) {}

int rest_server::start() {
  return listener_.start(options_.host, options_.port, options_.threads);
}

void rest_server::answer(const http_request& request, http_response& response, const connection& line) {
  if (!api_.answer(request, response, line)) {
    if (answer_beside_the_api(request, response)) {
      return;
    }
    answer_error(response, 404, "Not Found", "", "no such path");
  }
  log_.note(request, response);
}

bool rest_server::answer_beside_the_api(const http_request& request, http_response& response) {
  if (request.method == "POST" && request.path.starts_with("/control/")) {
    const bool done = control(request);
    response.set(done ? 200 : 400, done ? R"({"done":true})" : R"({"done":false})");
    return true;
  }
  if (request.method != "GET") {
    return false;
  }
  if (request.path == "/healthz") {
    response.set(200, R"({"status":"ok"})");
  } else if (request.path == "/counters") {
    response.set(200, counters());
  } else if (request.path == "/requests") {
    response.set(200, log_.to_ndjson(), "application/x-ndjson");
  } else if (request.path == "/truth") {
    response.set(200, summary_of_truth(api_));
  } else if (request.path.starts_with(truth_of) && api_.find(request.path.substr(truth_of.size())) != nullptr) {
    send_truth(*api_.find(request.path.substr(truth_of.size())), response);
  } else {
    return false;
  }
  return true;
}

bool rest_server::control(const http_request& request) {
  if (request.path == "/control/faults") {
    const std::string on = request.parameter("on").value_or("");
    for (const auto& one : api_.resources()) {
      one->set_faults(on == "true");
    }
    return on == "true" || on == "false";
  }
  if (request.path == "/control/expire_tokens") {
    api_.expire_tokens();
    return true;
  }
  resource* of = api_.find(request.parameter("resource").value_or(""));
  if (request.path == "/control/changes" && of != nullptr && of->changing() != nullptr) {
    of->changing()->make(number_in(request, "count", 1));
    return true;
  }
  return false;
}

std::string rest_server::counters() const {
  std::string json = R"({"connections":)" + std::to_string(listener_.connections()) + R"(,"tokens":)" +
                     std::to_string(api_.tokens_given());
  for (const auto& one : api_.resources()) {
    const resource_counters& c = one->counts();
    const std::pair<const char*, std::uint64_t> all[] = {{"requests", c.requests}, {"pages", c.pages},
                                                         {"records", c.records},   {"unauthorized", c.unauthorized},
                                                         {"limited", c.limited},   {"faults", c.faults}};
    for (const auto& [name, value] : all) {
      json += ",\"" + one->name() + "." + name + "\":" + std::to_string(value);
    }
  }
  return json + "}";
}

}  // namespace demo_api::rest
