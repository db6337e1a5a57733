#pragma once

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <rapidjson/document.h>

#include "support/http_exchange.hpp"
#include "support/http_server.hpp"
#include "support/ingest_run.hpp"
#include "support/processes_with.hpp"
#include "support/text_file.hpp"

namespace ingest::testing {

/// A list of rows that can be told to hang, to fail and to grow.
struct rows_api {
  std::atomic<int> rows{7};
  std::atomic<bool> hangs{false};
  std::atomic<int> status{200};
  std::atomic<int> requests{0};

  reply operator()(const received_request&) {
    ++requests;
    for (int i = 0; hangs && i < 600; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    std::string list;
    for (int i = 0; i < rows; ++i) {
      list += (i == 0 ? "" : ",") + std::string("{\"id\":") + std::to_string(i) + "}";
    }
    return {.status = status,
            .body = status == 200 ? "{\"rows\":[" + list + "],\"total\":" + std::to_string(rows) + "}"
                                  : std::string("{\"message\":\"no\"}")};
  }
};

/// `ingest serve` with a folder of pipelines, an API and a database.
class service_run {
 public:
  service_run() {
    std::filesystem::create_directory(folder());
    put_text(directory / "rows.yaml",
             "api: ${URL:-" + server.url("") +
                 "}\nstreams:\n  rows:\n    path: /rows\n    records: rows\n"
                 "    paginate: none\n    key: id\n    schema: {id: integer}\n    errors: {retries: 0}\n");
  }

  std::filesystem::path folder() const { return directory / "pipelines"; }
  std::filesystem::path state() const { return directory / "state"; }

  /// A pipeline that reads the rows into a table of its name.
  void write(const std::string& name, const std::string& more) const {
    put_text(folder() / (name + ".yaml"), "from: connector:" + (directory / "rows.yaml").string() +
                                              "\ndatabase_url: ${DB}\ntable: " + name + "\nretry_wait: 1s\n" + more);
  }

  void start(std::vector<std::string> flags = {}, std::vector<std::string> started_by = {}) {
    std::vector<std::string> words = std::move(started_by);
    const std::vector<std::string> service_words = {
        program("ingest"), "serve",  "--pipelines", folder().string(), "--state",
        state().string(),  "--http", "127.0.0.1:0", "--log-format",    "json"};
    words.insert(words.end(), service_words.begin(), service_words.end());
    words.insert(words.end(), flags.begin(), flags.end());
    service =
        std::make_unique<child_process>(words, child_process::options{{{"DB", database.url()}}, directory.path()});
    service->wait_for_output("service_started");
    const std::string log = service->err();
    const std::size_t begin = log.find("\"port\":") + 7;
    url = "http://127.0.0.1:" + log.substr(begin, log.find_first_of(",}", begin) - begin);
  }

  int stop(std::chrono::milliseconds within = std::chrono::seconds(20)) {
    service->signal(SIGTERM);
    return service->wait(within);
  }

  http_answer get(const std::string& path) { return http.get(url + path); }
  http_answer order(const std::string& pipeline, const std::string& verb) {
    return http.post(url + "/api/pipelines/" + pipeline + "/" + verb);
  }

  /// A number or word of a pipeline in /status, as its JSON has it.
  std::string of(const std::string& pipeline, const std::string& member) {
    rapidjson::Document all;
    all.Parse(get("/status").body.c_str());
    BOOST_REQUIRE(all.IsObject());
    for (const auto& p : all["pipelines"].GetArray()) {
      if (p["name"].GetString() == pipeline) {
        const auto& v = member.starts_with("last.")
                            ? (p["last"].IsNull() ? p["last"] : p["last"][member.substr(5).c_str()])
                            : p[member.c_str()];
        return v.IsString() ? v.GetString() : v.IsNull() ? "" : v.IsNumber() ? std::to_string(v.GetUint64()) : "?";
      }
    }
    return "no such pipeline";
  }

  double metric(const std::string& line_begin) {
    const std::string text = get("/metrics").body;
    const std::size_t at = text.find("\n" + line_begin + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + line_begin.size() + 2));
  }

  void await_that(const std::function<bool()>& condition) { await(*service, condition); }

  std::uint64_t rows_in(const std::string& table) const {
    const std::string there = database.value("SELECT to_regclass('" + table + "') IS NOT NULL");
    return there == "t" ? std::stoull(database.value("SELECT count(*) FROM " + table)) : 0;
  }

  /// A pipeline of a tap that writes nothing for a long time, and says its number in a file.
  void write_tap(const std::string& name) const {
    put_text(directory / "tap.sh", "echo $$ >> " + (directory / "taps").string() + "\nwhile :; do sleep 1; done\n");
    put_text(
        directory / "catalog.json",
        R"({"streams":[{"tap_stream_id":"rows","stream":"rows","schema":{"type":"object","properties":{"id":{"type":"integer"}}},)"
        R"("key_properties":["id"],"metadata":[{"breadcrumb":[],"metadata":{"selected":true}}]}]})");
    put_text(folder() / (name + ".yaml"),
             "schedule: '@manual'\nretry_wait: 1s\ndatabase_url: ${DB}\nfrom: \"singer:sh " +
                 (directory / "tap.sh").string() + "\"\ncatalog: " + (directory / "catalog.json").string() + "\n");
  }
  std::vector<int> taps() const {
    std::vector<int> found;
    std::ifstream file(directory / "taps");
    for (int pid = 0; file >> pid;) {
      found.push_back(pid);
    }
    return found;
  }
  static bool lives(int pid) { return ::kill(pid, 0) == 0; }

  /// Processes that have this service's directory among what they were started with.
  std::set<pid_t> runs_there() const { return processes_with("DATA_DIR=" + state().string()); }

  rows_api api;
  http_server server{[this](const received_request& r) { return api(r); }};
  test_database database{postgres_cluster::shared()};
  scratch_dir directory;
  std::unique_ptr<child_process> service;
  http_client http;
  std::string url;
};

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace ingest::testing
