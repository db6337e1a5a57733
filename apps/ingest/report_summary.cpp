#include <cstdio>
#include <sstream>

#include "ingest/event_names.hpp"
#include "ingest/log.hpp"
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

/// The figures that are not zero.
std::string joined(std::initializer_list<figure> figures) {
  std::string text;
  for (const figure& f : figures) {
    text += f.is_zero ? "" : (text.empty() ? "" : ", ") + f.text;
  }
  return text;
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
  row("rows",
      joined({count(r.rows_fetched, "fetched"), count(r.rows_durable, "durable"), count(r.rows_loaded, "loaded")}));
  row("not loaded", joined({count(r.duplicates_skipped, "duplicates"),
                            count(r.duplicates_differing, "of them of other content, set aside"),
                            count(r.rows_rejected, "rejected")}));
  row("bytes", joined({volume(r.bytes_fetched, "fetched"), volume(r.bytes_appended, "buffered"),
                       volume(r.bytes_loaded, "loaded")}));
  row("rate", r.rows_per_s() < 1 ? "" : rate_text(r));
  row("wall time", joined({duration("all", r.wall_s), duration("fetching for", r.fetch_phase_s),
                           duration("loading for", r.load_phase_s), duration("both for", r.overlap_s)}));
  row("stages", joined({duration("fetch", r.fetch_s), duration("parse", r.parse_s), duration("sync", r.sync_s),
                        duration("load", r.load_s), duration("throttled", r.throttled_s)}));
  row("retries", joined({count(r.retries_429, "after 429"), count(r.retries_5xx, "after 5xx"),
                         count(r.fetch_errors, "fetch errors"), count(r.token_fetch_errors, "of tokens"),
                         count(r.load_retries, "of loading")}));
  row("recoveries", joined({count(r.restarts, "restarts"), count(r.cursor_resets, "cursor resets")}));
  row("process", joined({duration("CPU user", r.cpu_user_s), duration("system", r.cpu_system_s),
                         volume(r.peak_memory_bytes, "peak memory")}));
  return out.str();
}

void log_end(const run_report& r) {
  const std::uint64_t rows = r.command == "fetch" ? r.rows_durable : r.rows_loaded;
  const std::string numbers = grouped(rows) + (r.command == "fetch" ? " rows durable in " : " rows loaded in ") +
                              fixed(r.wall_s, 2) + " s" + (r.rows_per_s() < 1 ? "" : ", " + rate_text(r));
  log::fields fields{{"pipeline", r.pipeline},
                     {"run_id", r.run_id},
                     {"exit_code", r.exit_code},
                     {"rows_fetched", r.rows_fetched},
                     {"rows_durable", r.rows_durable},
                     {"rows_loaded", r.rows_loaded},
                     {"rows_rejected", r.rows_rejected},
                     {"duplicates_skipped", r.duplicates_skipped},
                     {"duplicates_differing", r.duplicates_differing},
                     {"restarts", r.restarts},
                     {"wall_s", r.wall_s},
                     {"rows_per_s", r.rows_per_s()},
                     {"peak_memory_bytes", r.peak_memory_bytes}};
  switch (r.status) {
    case run_status::complete:
      if (r.partial) {
        log::warning(events::run_partial,
                     "what the buffer held is loaded, but the fetch that filled it has not ended: run ingest fetch or "
                     "ingest run again: " +
                         numbers,
                     fields);
        break;
      }
      log::info(events::run_complete, "ingestion complete: " + numbers + "; the rows are in " + r.target, fields);
      break;
    case run_status::interrupted:
      log::warning(events::run_interrupted,
                   (r.resumable ? "stopped on request, run again to go on: " : "stopped on request: ") + numbers,
                   fields);
      break;
    case run_status::running:
    case run_status::aborted:
      log::error(
          events::run_aborted,
          "aborted: " + r.error + (rows == 0 ? "" : (r.resumable ? "; what is durable is kept: " : ": ") + numbers),
          fields);
  }
}

}  // namespace ingest::app
