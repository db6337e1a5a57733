#include "checks.hpp"

#include "components.hpp"
#include "core/ledger_view.hpp"
#include "endpoints.hpp"
#include "run_plan.hpp"

namespace ingest::app {

namespace {

/// Dates of the API are taken by its clock; but who sets SINCE or reads logs goes by ours.
std::string clock_text(std::chrono::milliseconds ahead) {
  constexpr auto worth_a_word = std::chrono::seconds(5);
  const auto seconds = std::chrono::round<std::chrono::seconds>(std::chrono::abs(ahead)).count();
  return std::chrono::abs(ahead) < worth_a_word
             ? ""
             : "; this machine's clock is " + std::to_string(seconds) + " s " +
                   (ahead.count() > 0 ? "behind" : "ahead of") + " the API's: one of them is wrong";
}

std::string look_at_api(const settings& s) {
  http_source_options o = source_options(s, plan_of(s));
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
  std::string found =
      s.api_base_url + ": " +
      (first && first->records > 0 ? "answers with " + std::to_string(first->records) + " events in a page"
                                   : "has no events");
  if (counters.total_expected > 0) {
    found += ", " + std::to_string(counters.total_expected) + " in all";
  }
  return found + clock_text(clock_difference(*api));
}

std::string look_at_database(const settings& s) {
  const postgres_target target(target_options(s, std::make_shared<metrics>()));
  const std::string table = target.rehearse();
  const auto ledger = target.peek();
  if (ledger && ledger->refusal) {
    throw *ledger->refusal;
  }
  return "table " + table;
}

}  // namespace

std::vector<check> endpoint_checks(const settings& s) {
  std::vector<check> checks;
  switch (s.from.what) {
    case source_choice::kind::api:
      checks.push_back({"api", [&s] { return look_at_api(s); }});
      break;
    case source_choice::kind::file:
      checks.push_back({"file", [&s] { return look_at_source_file(s); }});
      break;
    case source_choice::kind::standard_input:
      checks.push_back({"stdin", [&s] {
                          check_beginning_of_source(s);
                          return std::string("not read now; a run from it cannot be resumed");
                        }});
  }
  if (s.to.what == target_choice::kind::postgres) {
    checks.push_back({"database", [&s] { return look_at_database(s); }});
  } else if (s.to.what == target_choice::kind::file) {
    checks.push_back({"target", [&s] { return look_at_target_file(s); }});
  }
  return checks;
}

}  // namespace ingest::app
