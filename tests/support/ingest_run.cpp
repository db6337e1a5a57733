#include "support/ingest_run.hpp"

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>
#include <thread>

#include "support/text_file.hpp"

namespace ingest::testing {
namespace {

using namespace std::chrono_literals;

constexpr const char* since = "1766966400000";
constexpr const char* until = "1769558400000";

constexpr const char* truth_tables = R"(
CREATE SCHEMA truth;
CREATE TABLE truth.lines (line text NOT NULL);
-- What jsonb cannot hold becomes NULL: the product must have rejected it.
CREATE FUNCTION truth.value_of(line text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN line::jsonb;
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END $$)";

constexpr const char* truth_events = R"(
CREATE TABLE truth.events AS SELECT data ->> 'id' AS id, data FROM (SELECT truth.value_of(line) AS data FROM truth.lines) v;
CREATE INDEX ON truth.events (id);
ANALYZE truth.events)";

constexpr const char* comparison = R"(
SELECT string_agg(kind || ' ' || n || ' events, for example ' || example, '; ' ORDER BY kind) FROM (
  SELECT kind, count(*) AS n, min(id) AS example FROM (
    SELECT coalesce(t.id, e.id) AS id,
           CASE WHEN e.id IS NULL THEN 'missing' WHEN t.id IS NULL THEN 'not of the API' ELSE 'changed' END AS kind
    FROM (SELECT * FROM truth.events WHERE id IS NOT NULL) t FULL JOIN public.ingested_events e USING (id)
    WHERE t.data IS DISTINCT FROM e.data) differing
  GROUP BY kind) kinds)";

/// COPY text of one column, a line a row.
std::string as_copy_text(const std::string& lines) {
  std::string text;
  text.reserve(lines.size() + lines.size() / 16);
  for (const char c : lines) {
    if (c == '\\' || c == '\t' || c == '\r') {
      text += '\\';
    }
    text += c == '\t' ? 't' : c == '\r' ? 'r' : c;
  }
  return text;
}

void copy_into(const std::string& url, const std::string& table, const std::string& text) {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> c(PQconnectdb(url.c_str()), PQfinish);
  PQclear(PQexec(c.get(), ("COPY " + table + " FROM STDIN").c_str()));
  const bool sent =
      PQputCopyData(c.get(), text.data(), static_cast<int>(text.size())) == 1 && PQputCopyEnd(c.get(), nullptr) == 1;
  const std::unique_ptr<PGresult, void (*)(PGresult*)> done(PQgetResult(c.get()), PQclear);
  if (!sent || PQresultStatus(done.get()) != PGRES_COMMAND_OK) {
    throw std::runtime_error("cannot load the truth: " + std::string(PQerrorMessage(c.get())));
  }
}

std::vector<std::string> with_events(std::vector<std::string> flags, int events) {
  flags.insert(flags.end(), {"--events", std::to_string(events), "--from", since, "--until", until});
  return flags;
}

rapidjson::Document parsed(const std::string& text) {
  rapidjson::Document json;
  if (!text.empty() && json.Parse(text.c_str()).HasParseError()) {
    throw std::runtime_error("not JSON: " + text);
  }
  return json;
}

const rapidjson::Value& value_at(const rapidjson::Document& json, const std::string& key) {
  const rapidjson::Value* value = &json;
  for (std::size_t begin = 0; begin <= key.size();) {
    const std::size_t end = std::min(key.find('.', begin), key.size());
    const std::string name = key.substr(begin, end - begin);
    if (!value->IsObject() || !value->HasMember(name.c_str())) {
      throw std::runtime_error("the JSON has no \"" + key + "\"");
    }
    value = &(*value)[name.c_str()];
    begin = end + 1;
  }
  return *value;
}

}  // namespace

ingest_run::ingest_run(int events, std::vector<std::string> api_flags, postgres_cluster& cluster)
    : api(with_events(std::move(api_flags), events)),
      database(cluster),
      environment{{"API_BASE_URL", api.base_url()},
                  {"TARGET_API_KEY", "demo-key"},
                  {"DATABASE_URL", database.url()},
                  {"DATA_DIR", data_dir().string()},
                  {"REPORT", report_file().string()},
                  {"BATCH_SIZE", std::to_string(batch_size)},
                  {"CREDIT_BYTES", std::to_string(credit_bytes)},
                  {"RANGE_BYTES", std::to_string(range_bytes)},
                  {"SEGMENT_BYTES", std::to_string(segment_bytes)},
                  {"RANGE_DELAY_MS", "50"}} {}

std::vector<std::string> ingest_run::slices(int n) {
  return {"--slices", std::to_string(n), "--since", since, "--until", until};
}

child_process ingest_run::start(const std::string& command, const std::vector<std::string>& flags) const {
  std::vector<std::string> arguments = started_by;
  arguments.insert(arguments.end(), {program("ingest"), command});
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return child_process(arguments, {environment, directory.path()});
}

finished_process ingest_run::run(const std::string& command, const std::vector<std::string>& flags) const {
  child_process child = start(command, flags);
  const int code = child.wait(120s);
  return {code, child.out(), child.err()};
}

rapidjson::Document ingest_run::status() const {
  const finished_process p = run("status", {"--json"});
  if (p.exit_code != 0) {
    throw std::runtime_error("status exits with " + std::to_string(p.exit_code) + ": " + p.err);
  }
  return parsed(p.out);
}

rapidjson::Document ingest_run::report() const {
  return parsed(text_of(report_file()));
}

rapidjson::Document ingest_run::state() const {
  return parsed(text_of(data_dir() / "ingestion.state"));
}

std::uint64_t ingest_run::in_state(const char* key) const {
  const rapidjson::Document json = state();
  return json.IsNull() ? 0 : count_in(json, key);
}

std::uint64_t ingest_run::pages_in_ledger() const {
  try {
    return number("SELECT (SELECT count(*) FROM ingest.pages) + (SELECT coalesce(sum(pages), 0) FROM ingest.slices)");
  } catch (const std::runtime_error&) {
    return 0;
  }
}

void ingest_run::load_truth() {
  if (truth_loaded_) {
    return;
  }
  database.execute(truth_tables);
  copy_into(database.url(), "truth.lines", as_copy_text(api.truth()));
  database.execute(truth_events);
  truth_loaded_ = true;
}

std::string ingest_run::table_difference() {
  load_truth();
  return database.value(comparison);
}

std::uint64_t ingest_run::unloadable_events() {
  load_truth();
  return number("SELECT count(*) FROM truth.events WHERE id IS NULL");
}

void await(child_process& program, const std::function<bool()>& condition, std::chrono::milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (!program.running() || std::chrono::steady_clock::now() > end) {
      throw std::runtime_error(std::string("the program ") + (program.running() ? "does not get there" : "has ended") +
                               "; its stderr:\n" + program.err());
    }
    std::this_thread::sleep_for(2ms);
  }
}

std::uint64_t count_in(const rapidjson::Document& json, const std::string& key) {
  return value_at(json, key).GetUint64();
}

double seconds_in(const rapidjson::Document& json, const std::string& key) {
  return value_at(json, key).GetDouble();
}

std::string text_in(const rapidjson::Document& json, const std::string& key) {
  return value_at(json, key).GetString();
}

}  // namespace ingest::testing
