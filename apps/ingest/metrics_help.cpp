#include "metrics_help.hpp"

#include "exported_metric.hpp"
#include "ingest/metrics.hpp"

namespace ingest::app {

namespace {

std::string_view name_of(metric_kind k) {
  switch (k) {
    case metric_kind::counter:
      return "counter";
    case metric_kind::gauge:
      return "gauge";
    case metric_kind::moment:
      return "moment";
  }
  return "";
}

}  // namespace

std::string metrics_markdown() {
  std::string text = R"(# Metrics

What a process counts while it runs. The log's `progress` lines and the report (`REPORT`) have all of them by these names,
but for those in microseconds: the report has counters of time in `seconds`, without `_us`, and, of the moments, the phases
that lie between them. The report has attempts in `retries`. A counter only grows, unless all that was counted is begun anew, as
without `DATA_DIR` after a failure; a gauge is how much there is now; a moment is when something was, since the run's start.

For Prometheus and OpenTelemetry they are called `ingest_rows_loaded_total` and `ingest.rows_loaded`; those in microseconds are given
in seconds there (`ingest_fetch_seconds_total`, `ingest.fetch_seconds`), `syncs` and `sync_us` are `buffer_syncs` and
`buffer_sync_seconds`, and there are no moments.

| Metric | Unit | Kind | Meaning |
|---|---|---|---|
)";
  const metrics all;
  for (const metrics::metric* m : all.all()) {
    const metric_definition& d = m->definition;
    text += "| `" + std::string(d.name) + "` | " + std::string(name_of(d.unit)) + " | " + std::string(name_of(d.kind)) +
            " | " + std::string(d.help) + " |\n";
  }
  text += R"(
Durations are counted by how long they were: `progress` has each under its name, the report in `durations`, as numbers with
blanks between them. The first tells how many took at most the first bound, each next one how many took at most its
own and more than the bound before, the last but one how many took more than all of them, and the last one what all took together,
in microseconds. The bounds, in milliseconds: )";
  std::string between;
  for (const std::uint64_t bound : metrics::histogram::bounds_us) {
    text += between + std::to_string(bound / 1000);
    between = ", ";
  }
  text += ".\n\n| Durations | Meaning |\n|---|---|\n";
  for (const metrics::histogram* h : all.histograms()) {
    text += "| `" + std::string(h->name) + "` | " + std::string(h->help) + " |\n";
  }
  return text;
}

}  // namespace ingest::app
