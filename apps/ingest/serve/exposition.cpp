#include "serve/exposition.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "exported_metric.hpp"
#include "ingest/metrics.hpp"
#include "ingest/version.hpp"

namespace ingest::app {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using labels = std::vector<ClientMetric::Label>;

ClientMetric metric_of(MetricType type, labels by, double value) {
  ClientMetric m;
  m.label = std::move(by);
  if (type == MetricType::Counter) {
    m.counter.value = value;
  } else {
    m.gauge.value = value;
  }
  return m;
}

/// As a line of HELP has it; the library escapes the values of labels only.
std::string escaped(const std::string& help) {
  std::string text;
  for (const char c : help) {
    text += c == '\\' ? "\\\\" : c == '\n' ? "\\n" : std::string(1, c);
  }
  return text;
}

class families {
 public:
  MetricFamily& begin(const std::string& name, const std::string& help, MetricType type) {
    all.push_back({name, escaped(help), type, {}});
    return all.back();
  }

  void add_pipelines(const std::string& name, const std::string& help, const service_status& s,
                     const std::function<std::optional<double>(const pipeline_status&)>& value,
                     MetricType type = MetricType::Gauge) {
    MetricFamily& family = begin(name, help, type);
    for (const pipeline_status& p : s.pipelines) {
      if (const auto v = value(p)) {
        family.metric.push_back(metric_of(type, {{"pipeline", p.name}}, *v));
      }
    }
  }

  std::vector<MetricFamily> all;
};

std::optional<double> time_of(const std::optional<wall_time>& t) {
  return t ? std::optional(static_cast<double>(t->time_since_epoch().count())) : std::nullopt;
}

/// Of `buckets`, each counts what those before it do as well.
ClientMetric histogram_of(labels by, std::vector<ClientMetric::Bucket> buckets, std::uint64_t count, double sum) {
  buckets.push_back({count, std::numeric_limits<double>::infinity()});
  ClientMetric m;
  m.label = std::move(by);
  m.histogram.bucket = std::move(buckets);
  m.histogram.sample_count = count;
  m.histogram.sample_sum = sum;
  return m;
}

void add_syncs(families& to, const service_status& s) {
  MetricFamily& ends = to.begin("ingest_syncs_total", "Syncs that have ended, by how", MetricType::Counter);
  for (const pipeline_status& p : s.pipelines) {
    for (const sync_outcome o : sync_outcomes) {
      const auto found = p.counts.by_outcome.find(name_of(o));
      ends.metric.push_back(metric_of(MetricType::Counter, {{"pipeline", p.name}, {"outcome", std::string(name_of(o))}},
                                      found == p.counts.by_outcome.end() ? 0 : static_cast<double>(found->second)));
    }
  }
  MetricFamily& durations = to.begin("ingest_sync_duration_seconds", "How long syncs took", MetricType::Histogram);
  for (const pipeline_status& p : s.pipelines) {
    std::vector<ClientMetric::Bucket> buckets;
    for (std::size_t i = 0; i < duration_bounds.size(); ++i) {
      buckets.push_back({p.counts.within[i], duration_bounds[i]});
    }
    durations.metric.push_back(
        histogram_of({{"pipeline", p.name}}, std::move(buckets), p.counts.all, p.counts.seconds));
  }
}

void add_figures(families& to, const service_status& s) {
  for (const metrics::metric* each : known_metrics().all()) {
    const metric_definition& d = each->definition;
    const std::string name = exposed_name(d);
    if (name.empty()) {
      continue;
    }
    const MetricType type = d.kind == metric_kind::counter ? MetricType::Counter : MetricType::Gauge;
    MetricFamily& family = to.begin(name, std::string(d.help), type);
    for (const pipeline_status& p : s.pipelines) {
      for (const auto& [stream, figures] : p.figures) {
        const auto found = figures.find(d.name);
        const double n = found == figures.end() ? 0 : found->second;
        family.metric.push_back(metric_of(type, {{"pipeline", p.name}, {"stream", stream}},
                                          d.unit == metric_unit::microseconds ? n / 1e6 : n));
      }
    }
  }
}

ClientMetric histogram_of(labels by, const std::vector<double>& figures) {
  std::vector<ClientMetric::Bucket> buckets;
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < metrics::histogram::bounds_us.size(); ++i) {
    so_far += static_cast<std::uint64_t>(figures[i]);
    buckets.push_back({so_far, static_cast<double>(metrics::histogram::bounds_us[i]) / 1e6});
  }
  const auto beyond = static_cast<std::uint64_t>(figures[figures.size() - 2]);
  return histogram_of(std::move(by), std::move(buckets), so_far + beyond, figures.back() / 1e6);
}

void add_durations(families& to, const service_status& s) {
  for (const metrics::histogram* h : known_metrics().histograms()) {
    MetricFamily& family =
        to.begin("ingest_" + std::string(h->name) + "_seconds", std::string(h->help), MetricType::Histogram);
    for (const pipeline_status& p : s.pipelines) {
      for (const auto& [stream, by_histogram] : p.durations) {
        if (const auto found = by_histogram.find(h->name); found != by_histogram.end()) {
          family.metric.push_back(histogram_of({{"pipeline", p.name}, {"stream", stream}}, found->second));
        }
      }
    }
  }
}

}  // namespace

std::string exposed_name(const metric_definition& d) {
  const std::string name = exported_name(d);
  return name.empty() ? "" : "ingest_" + name + (d.kind == metric_kind::counter ? "_total" : "");
}

std::string exposition_of(const service_status& s) {
  families to;
  to.begin("ingest_build_info", "The version that runs", MetricType::Gauge)
      .metric.push_back(metric_of(MetricType::Gauge, {{"version", std::string(version())}}, 1));
  to.begin("ingest_service_start_time_seconds", "When the service began, since 1970", MetricType::Gauge)
      .metric.push_back(metric_of(MetricType::Gauge, {}, static_cast<double>(s.began.time_since_epoch().count())));
  to.begin("ingest_pipeline_files_refused", "Files in the folder of pipelines that cannot be used", MetricType::Gauge)
      .metric.push_back(metric_of(MetricType::Gauge, {}, static_cast<double>(s.refused.size())));
  to.add_pipelines("ingest_pipeline_running", "Whether a sync runs", s,
                   [](const pipeline_status& p) { return std::optional<double>(p.began ? 1 : 0); });
  to.add_pipelines("ingest_pipeline_paused", "Whether syncs begin only when they are ordered", s,
                   [](const pipeline_status& p) { return std::optional<double>(p.is_paused ? 1 : 0); });
  to.add_pipelines("ingest_pipeline_failures_in_a_row", "Syncs that have failed since the last complete one", s,
                   [](const pipeline_status& p) { return std::optional(static_cast<double>(p.failures)); });
  to.add_pipelines("ingest_pipeline_last_success_timestamp_seconds",
                   "When the last complete sync ended, since 1970; nothing before there was one", s,
                   [](const pipeline_status& p) { return time_of(p.last_complete); });
  to.add_pipelines("ingest_pipeline_success_due_timestamp_seconds",
                   "When the next complete sync is late, since 1970: the second moment of the schedule behind the last "
                   "one; nothing before there was one, or without such moments",
                   s, [](const pipeline_status& p) { return time_of(p.success_due); });
  to.add_pipelines("ingest_pipeline_buffer_quota_bytes", "What the buffer may hold before fetching pauses", s,
                   [](const pipeline_status& p) { return std::optional(static_cast<double>(p.buffer_quota_bytes)); });
  to.add_pipelines("ingest_pipeline_memory_bytes", "What the sync that runs takes, with all that it has started", s,
                   [](const pipeline_status& p) { return std::optional(static_cast<double>(p.memory)); });
  to.add_pipelines("ingest_pipeline_memory_share_bytes",
                   "What a sync may take before it is stopped; nothing where it may take any amount", s,
                   [](const pipeline_status& p) {
                     return p.memory_share > 0 ? std::optional(static_cast<double>(p.memory_share)) : std::nullopt;
                   });
  to.add_pipelines("ingest_pipeline_next_sync_timestamp_seconds", "When the next sync begins, since 1970", s,
                   [](const pipeline_status& p) { return time_of(p.next_begin); });
  add_syncs(to, s);
  to.add_pipelines(
      "ingest_syncs_outgrown_total", "Syncs that were stopped since they took more memory than their share", s,
      [](const pipeline_status& p) { return std::optional(static_cast<double>(p.counts.outgrown)); },
      MetricType::Counter);
  to.add_pipelines(
      "ingest_hooks_failed_total", "Commands and webhooks that were to be told of a sync and have failed", s,
      [](const pipeline_status& p) { return std::optional(static_cast<double>(p.hooks_failed)); }, MetricType::Counter);
  add_figures(to, s);
  add_durations(to, s);
  return prometheus::TextSerializer().Serialize(to.all);
}

}  // namespace ingest::app
