#include "checks.hpp"

#include "components.hpp"

namespace ingest::app {

namespace {

std::string look_at_api(const settings& s) {
  http_source_options o = source_options(s);
  o.batch_size = 1;
  o.retry.max_attempts = 2;
  if (o.windows.size() > 1) {
    o.windows.resize(1);
  }
  metrics counters;
  const auto api = make_http_api(o, counters);
  const auto source = make_http_source(api, 0);
  source->open(std::nullopt, {});
  std::optional<batch> first;
  try {
    first = source->read();
  } catch (...) {
    source->close();
    throw;
  }
  source->close();
  std::string found = s.api_base_url + ": " + (first && first->records > 0 ? "answers with events" : "has no events");
  if (counters.total_expected > 0) {
    found += ", " + std::to_string(counters.total_expected) + " in all";
  }
  return found;
}

std::string look_at_database(const settings& s) {
  return "table " + postgres_target(target_options(s, std::make_shared<metrics>())).rehearse();
}

}  // namespace

std::vector<check> connection_checks(const settings& s) {
  return {{"api", [&s] { return look_at_api(s); }}, {"database", [&s] { return look_at_database(s); }}};
}

}  // namespace ingest::app
