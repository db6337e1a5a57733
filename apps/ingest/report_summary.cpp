#include <cstdio>
#include <sstream>

#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "report.hpp"

namespace ingest::app {

namespace {

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string fixed(double n, int places) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", places, n);
  return text;
}

std::string megabytes(std::uint64_t bytes) {
  return fixed(static_cast<double>(bytes) / 1e6, 1) + " MB";
}

struct figure {
  bool is_zero;
  std::string text;
};

figure count(std::uint64_t n, const std::string& of) {
  return {n == 0, grouped(n) + " " + of};
}

figure volume(std::uint64_t bytes, const std::string& of) {
  return {bytes < 50'000, megabytes(bytes) + " " + of};  // shown as 0.0 MB
}

figure duration(const std::string& of, double seconds) {
  return {seconds < 0.005, of + " " + fixed(seconds, 2) + " s"};
}

std::string rate_text(const run_report& r) {
  return grouped(static_cast<std::uint64_t>(r.rows_per_s())) + " rows/s, " + fixed(r.megabytes_per_s(), 1) + " MB/s";
}

figure figure_of(const metrics::metric& m) {
  const std::string label(m.definition.label);
  switch (m.definition.unit) {
    case metric_unit::bytes:
      return volume(m, label);
    case metric_unit::microseconds:
      return duration(label, static_cast<double>(m.load()) / 1e6);
    default:
      return count(m, label);
  }
}

/// The figures that are not zero.
std::string joined(const std::vector<figure>& figures) {
  std::string text;
  for (const figure& f : figures) {
    text += f.is_zero ? "" : (text.empty() ? "" : ", ") + f.text;
  }
  return text;
}

std::string joined(const metrics& all, metric_line line) {
  std::vector<figure> figures;
  for (const metrics::metric* m : all.all()) {
    if (m->definition.line == line) {
      figures.push_back(figure_of(*m));
    }
  }
  return joined(figures);
}

}  // namespace

std::string summary(const run_report& r) {
  std::ostringstream out;
  const auto row = [&](const char* name, const std::string& value) {
    char label[32];
    std::snprintf(label, sizeof label, "  %-12s", name);
    out << (value.empty() ? "" : label + value + '\n');
  };
  row("status", std::string(name_of(r.status)) + " (exit code " + std::to_string(r.exit_code) + ")");
  row("rows", joined(r.counted, metric_line::rows));
  row("not loaded", joined(r.counted, metric_line::not_loaded));
  row("bytes", joined(r.counted, metric_line::bytes));
  row("rate", r.rows_per_s() < 1 ? "" : rate_text(r));
  row("wall time", joined({duration("all", r.wall_s), duration("fetching for", r.fetch_phase_s()),
                           duration("loading for", r.load_phase_s()), duration("both for", r.overlap_s())}));
  row("stages", joined(r.counted, metric_line::stages));
  row("retries", joined(r.counted, metric_line::retries));
  row("recoveries", joined(r.counted, metric_line::recoveries));
  row("process", joined({duration("CPU user", r.cpu_user_s), duration("system", r.cpu_system_s),
                         volume(r.peak_memory_bytes, "peak memory")}));
  return out.str();
}

void log_end(const run_report& r) {
  const std::uint64_t rows = r.command == "fetch" ? r.counted.rows_durable : r.counted.rows_loaded;
  const std::string numbers = grouped(rows) + (r.command == "fetch" ? " rows durable in " : " rows loaded in ") +
                              fixed(r.wall_s, 2) + " s" + (r.rows_per_s() < 1 ? "" : ", " + rate_text(r));
  std::vector<log::field> fields{{"pipeline", r.pipeline},       {"run_id", r.run_id},
                                 {"exit_code", r.exit_code},     {"wall_s", r.wall_s},
                                 {"rows_per_s", r.rows_per_s()}, {"peak_memory_bytes", r.peak_memory_bytes}};
  for (const metrics::metric* m : r.counted.all()) {
    const metric_definition& d = m->definition;
    if (d.unit == metric_unit::rows || (*m > 0 && d.line != metric_line::none && d.unit != metric_unit::microseconds)) {
      fields.push_back({d.name, m->load()});
    }
  }
  switch (r.status) {
    case run_status::complete:
      if (r.partial) {
        log::write(log::level::warning, events::run_partial,
                   "what the buffer held is loaded, but the fetch that filled it has not ended: run ingest fetch or "
                   "ingest run again: " +
                       numbers,
                   fields);
        break;
      }
      log::write(log::level::info, events::run_complete,
                 "ingestion complete: " + numbers + "; the rows are in " + r.target, fields);
      break;
    case run_status::interrupted:
      log::write(log::level::warning, events::run_interrupted,
                 (r.resumable ? "stopped on request, run again to go on: " : "stopped on request: ") + numbers, fields);
      break;
    case run_status::running:
    case run_status::aborted:
      log::write(
          log::level::error, events::run_aborted,
          "aborted: " + r.error + (rows == 0 ? "" : (r.resumable ? "; what is durable is kept: " : ": ") + numbers),
          fields);
  }
}

}  // namespace ingest::app
