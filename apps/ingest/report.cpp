#include "report.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "histogram_text.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "ingest/sinks/file_sink.hpp"

namespace ingest::app {

namespace {

double seconds(std::uint64_t microseconds) {
  return static_cast<double>(microseconds) / 1e6;
}

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

/// Length of the time that two phases have in common; a phase that never began has none.
double overlap(std::uint64_t first_a, std::uint64_t last_a, std::uint64_t first_b, std::uint64_t last_b) {
  const std::uint64_t begin = std::max(first_a, first_b);
  const std::uint64_t end = std::min(last_a, last_b);
  return first_a == 0 || first_b == 0 || end <= begin ? 0 : seconds(end - begin);
}

double phase(std::uint64_t first, std::uint64_t last) {
  return first == 0 || last <= first ? 0 : seconds(last - first);
}

class report_writer {
 public:
  report_writer() { json_.SetMaxDecimalPlaces(6); }

  void begin() { json_.StartObject(); }
  void begin(const char* key) {
    json_.Key(key);
    json_.StartObject();
  }
  void end() { json_.EndObject(); }
  void put(const char* key, const std::string& v) {
    json_.Key(key);
    json_.String(log::redact(v));
  }
  void put(const char* key, std::uint64_t v) {
    json_.Key(key);
    json_.Uint64(v);
  }
  void put(const char* key, int v) {
    json_.Key(key);
    json_.Int(v);
  }
  void put(const char* key, bool v) {
    json_.Key(key);
    json_.Bool(v);
  }
  void put(const char* key, double v) {
    json_.Key(key);
    json_.Double(v);
  }
  std::string text() const { return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n"; }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> json_{buffer_};
};

/// A metric by its name; times in seconds, without their unit.
void put(report_writer& json, const metrics::metric& m) {
  if (m.definition.unit == metric_unit::microseconds) {
    json.put(std::string(m.definition.name.substr(0, m.definition.name.size() - 3)).c_str(), seconds(m));
  } else {
    json.put(std::string(m.definition.name).c_str(), m.load());
  }
}

enum class place { top, retries, seconds };

place place_of(const metric_definition& d) {
  return d.unit == metric_unit::microseconds ? place::seconds
         : d.unit == metric_unit::attempts   ? place::retries
                                             : place::top;
}

void put_metrics(report_writer& json, const metrics& all, place where) {
  for (const metrics::metric* m : all.all()) {
    if (m->definition.kind != metric_kind::moment && place_of(m->definition) == where) {
      put(json, *m);
    }
  }
}

run_status status_of(const stream_result& r) {
  return r.ok()                               ? run_status::complete
         : r.status == stream_status::aborted ? run_status::interrupted
                                              : run_status::aborted;
}

}  // namespace

double run_report::rows_per_s() const {
  const std::uint64_t rows = command == "fetch" ? counted.rows_durable : counted.rows_loaded;
  return wall_s > 0 ? static_cast<double>(rows) / wall_s : 0;
}

double run_report::megabytes_per_s() const {
  const bool fetched = command != "load" && counted.bytes_fetched > 0;
  const std::uint64_t bytes = fetched ? counted.bytes_fetched : counted.bytes_loaded;
  return wall_s > 0 ? static_cast<double>(bytes) / 1e6 / wall_s : 0;
}

double run_report::fetch_phase_s() const {
  return phase(counted.first_fetch_us, counted.last_fetch_us);
}

double run_report::load_phase_s() const {
  return phase(counted.first_load_us, counted.last_load_us);
}

double run_report::overlap_s() const {
  return overlap(counted.first_fetch_us, counted.last_fetch_us, counted.first_load_us, counted.last_load_us);
}

void take_result(run_report& r, const stream_result& result) {
  r.status = status_of(result);
  if (result.abort_failure) {
    log::error(events::stage_failed, std::string("while aborting: ") + result.abort_failure->what());
  }
  if (result.status == stream_status::failed) {
    throw *result.failure;
  }
}

void measure(run_report& r, const metrics& m) {
  r.counted = m;
  // What an initial load removes at its end may have been loaded by an earlier process.
  r.counted.rows_loaded -= std::min(m.rows_loaded.load(), m.duplicates_removed.load());
  r.counted.duplicates_skipped += m.duplicates_removed;
  r.wall_s = seconds(m.elapsed_us());
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  r.cpu_user_s = seconds(usage.ru_utime);
  r.cpu_system_s = seconds(usage.ru_stime);
  r.peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::string to_json(const run_report& r) {
  report_writer json;
  json.begin();
  json.put("command", r.command);
  json.put("pipeline", r.pipeline);
  json.put("run_id", r.run_id);
  json.put("status",
           std::string(name_of(r.partial && r.status == run_status::complete ? run_status::interrupted : r.status)));
  json.put("exit_code", r.exit_code);
  json.put("error", r.error);
  json.put("target", r.target);
  json.put("started_at", r.started_at);
  json.put("ended_at", r.ended_at);
  json.put("complete_but_short", r.complete_but_short);
  put_metrics(json, r.counted, place::top);
  json.put("rows_per_s", r.rows_per_s());
  json.put("megabytes_per_s", r.megabytes_per_s());
  json.begin("retries");
  put_metrics(json, r.counted, place::retries);
  json.end();
  json.begin("seconds");
  json.put("wall", r.wall_s);
  put_metrics(json, r.counted, place::seconds);
  json.put("fetch_phase", r.fetch_phase_s());
  json.put("load_phase", r.load_phase_s());
  json.put("overlap", r.overlap_s());
  json.put("cpu_user", r.cpu_user_s);
  json.put("cpu_system", r.cpu_system_s);
  json.end();
  json.begin("durations");
  for (const metrics::histogram* h : r.counted.histograms()) {
    json.put(std::string(h->name).c_str(), text_of(*h));
  }
  json.end();
  json.put("peak_memory_bytes", r.peak_memory_bytes);
  json.end();
  return json.text();
}

void write_report(const run_report& r, const std::filesystem::path& path) {
  constexpr std::chrono::seconds patience(5);  // the run is over, and nothing else would end the wait
  batch text;
  text.data = std::make_shared<const std::string>(to_json(r));
  try {
    file_sink to(path, {.patience = patience});
    to.open({});
    to.write(text);
    to.finalize();
  } catch (const error& e) {
    throw error(errc::io, "cannot write the report " + path.string() + ": " + e.what());
  }
}

}  // namespace ingest::app
