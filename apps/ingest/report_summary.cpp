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

std::string rate_text(const run_report& r) {
  return grouped(static_cast<std::uint64_t>(r.rows_per_s())) + " rows/s, " + fixed(r.megabytes_per_s(), 1) + " MB/s";
}

}  // namespace

std::string summary(const run_report& r) {
  std::ostringstream out;
  const auto row = [&](const char* name, const std::string& value) {
    char label[32];
    std::snprintf(label, sizeof label, "  %-12s", name);
    out << label << value << '\n';
  };
  row("status", std::string(name_of(r.status)) + " (exit code " + std::to_string(r.exit_code) + ")");
  if (!r.error.empty()) {
    row("error", log::redact(r.error));
  }
  row("rows", grouped(r.rows_fetched) + " fetched, " + grouped(r.rows_durable) + " durable, " + grouped(r.rows_loaded) +
                  " loaded");
  const std::string differing =
      r.duplicates_differing == 0 ? "" : " (" + grouped(r.duplicates_differing) + " of other content, set aside)";
  row("not loaded",
      grouped(r.duplicates_skipped) + " duplicates" + differing + ", " + grouped(r.rows_rejected) + " rejected");
  row("bytes", megabytes(r.bytes_fetched) + " fetched, " + megabytes(r.bytes_appended) + " buffered, " +
                   megabytes(r.bytes_loaded) + " loaded");
  row("rate", rate_text(r));
  row("wall time", fixed(r.wall_s, 2) + " s: fetching for " + fixed(r.fetch_phase_s, 2) + " s, loading for " +
                       fixed(r.load_phase_s, 2) + " s, both for " + fixed(r.overlap_s, 2) + " s");
  row("stages", "fetch " + fixed(r.fetch_s, 2) + " s, parse " + fixed(r.parse_s, 2) + " s, sync " + fixed(r.sync_s, 2) +
                    " s, load " + fixed(r.load_s, 2) + " s, throttled " + fixed(r.throttled_s, 2) + " s");
  row("retries", grouped(r.retries_429) + " after 429, " + grouped(r.retries_5xx) + " after 5xx, " +
                     grouped(r.fetch_errors) + " fetch errors, " + grouped(r.token_fetch_errors) + " of tokens, " +
                     grouped(r.load_retries) + " of loading");
  row("recoveries", grouped(r.restarts) + " restarts, " + grouped(r.cursor_resets) + " cursor resets");
  row("process", "CPU " + fixed(r.cpu_user_s, 2) + " s user, " + fixed(r.cpu_system_s, 2) + " s system; peak memory " +
                     megabytes(r.peak_memory_bytes));
  return out.str();
}

void log_end(const run_report& r) {
  const std::string rows =
      r.command == "fetch" ? grouped(r.rows_durable) + " rows durable" : grouped(r.rows_loaded) + " rows loaded";
  const std::string numbers = rows + " in " + fixed(r.wall_s, 2) + " s, " + rate_text(r);
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
      log::info(events::run_complete, "ingestion complete: " + numbers, fields);
      break;
    case run_status::interrupted:
      log::warning(events::run_interrupted,
                   (r.resumable ? "stopped on request, run again to go on: " : "stopped on request: ") + numbers,
                   fields);
      break;
    case run_status::running:
    case run_status::aborted:
      log::error(events::run_aborted,
                 "aborted: " + r.error + (r.resumable ? "; what is durable is kept: " : ": ") + numbers, fields);
  }
}

}  // namespace ingest::app
