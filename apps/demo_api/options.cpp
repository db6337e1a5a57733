#include "demo_api/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <string_view>

#include "ingest/version.hpp"

namespace demo_api {
namespace {

constexpr int usage_error = 64;  // EX_USAGE of sysexits.h

const CLI::Range percent(0.0, 100.0);

void add_seconds(CLI::App& app, const std::string& name, std::chrono::milliseconds& target, const std::string& text) {
  app.add_option_function<double>(
         name, [&target](double s) { target = std::chrono::milliseconds(std::llround(s * 1000)); }, text)
      ->check(CLI::Range(0.0, 1e6))
      ->type_name("SECONDS")
      ->default_str(std::to_string(target.count() / 1000));
}

void add_milliseconds(CLI::App& app, const std::string& name, std::chrono::milliseconds& target,
                      const std::string& text) {
  app.add_option_function<std::int64_t>(
         name, [&target](std::int64_t ms) { target = std::chrono::milliseconds(ms); }, text)
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{3'600'000}))
      ->type_name("MS")
      ->default_str(std::to_string(target.count()));
}

void add_percent(CLI::App& app, const std::string& name, double& target, const std::string& text) {
  app.add_option(name, target, text)->capture_default_str()->check(percent)->type_name("PERCENT");
}

void add_event_options(CLI::App& app, options& o) {
  auto& g = o.generator;
  app.add_option("--events", g.events, "Number of events to generate")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000}));
  app.add_option("--seed", g.seed, "Decides all that is random: events, overlaps, faults")->capture_default_str();
  app.add_option("--from", g.from, "No generated event is older, Unix time in ms")->capture_default_str();
  app.add_option("--until", g.until, "All generated events are older, Unix time in ms")->capture_default_str();
  add_percent(app, "--nasty", g.nasty, "Events whose properties careless code breaks on");
  add_percent(app, "--nul", g.nul, "Events with \\u0000, which PostgreSQL's jsonb refuses");
  add_percent(app, "--no-id", g.no_id, "Events without an id");
  add_percent(app, "--duplicates", o.duplicates, "Pages that begin with events of the page before");
  app.add_option("--file", o.file, "Serve the events of this NDJSON file instead")->excludes("--events");
  app.add_option("--dump", o.dump, "Write all events as NDJSON to this file (- for stdout) and end");
}

void add_api_options(CLI::App& app, options& o) {
  app.add_option("--api-key", o.api_key, "The key that clients must send")->capture_default_str();
  app.add_option("--page-cap", o.page_cap, "Most events in a page")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}));
  const std::map<std::string, page_shape> shapes = {
      {"nested", page_shape::nested}, {"flat", page_shape::flat}, {"mixed", page_shape::mixed}};
  app.add_option("--shape", o.shape, "Response as served (nested), as documented (flat), or both in turn (mixed)")
      ->transform(CLI::CheckedTransformer(shapes).description(""))
      ->type_name("nested|flat|mixed")
      ->default_str("nested");
  app.add_flag_callback(
      "--no-gzip", [&o] { o.gzip = false; }, "Never compress");
  app.add_option("--rate-limit", o.rate_limit, "Requests per window on the standard endpoint, 0 for any number")
      ->capture_default_str();
  add_seconds(app, "--rate-window", o.rate_window, "Window of the rate limit");
  const std::map<std::string, stream_access> accesses = {{"on", stream_access::granted},
                                                         {"403", stream_access::forbidden},
                                                         {"404", stream_access::absent},
                                                         {"off", stream_access::absent}};
  app.add_option("--stream", o.stream, "Stream access: granted (on), refused (403), or no such path (404, off)")
      ->transform(CLI::CheckedTransformer(accesses).description(""))
      ->type_name("on|403|404|off")
      ->default_str("on");
  add_seconds(app, "--token-ttl", o.token_ttl, "Life of a stream token");
  add_seconds(app, "--cursor-ttl", o.cursor_ttl, "Life of a cursor");
  app.add_option("--cursor-expiry", o.cursor_expiry, "Status that answers an expired cursor: 400, 410 or 502")
      ->capture_default_str()
      ->check(CLI::IsMember({400, 410, 502}).description(""))
      ->type_name("400|410|502");
}

void add_fault_options(CLI::App& app, options& o, double& all) {
  auto& f = o.faults;
  add_percent(app, "--fault-429", f.too_many_requests, "Requests answered with 429");
  app.add_option("--retry-after", o.retry_after,
                 "Retry-After of those 429s: any text; date:N for the HTTP date N seconds ahead; empty for none")
      ->capture_default_str();
  add_percent(app, "--fault-5xx", f.server_error, "Requests answered with 502, 503 or 504, some in HTML");
  add_percent(app, "--fault-reset", f.reset, "Requests whose connection is reset before or within the answer");
  add_percent(app, "--fault-truncate", f.truncate, "Requests whose body is cut short");
  add_percent(app, "--fault-garbage", f.garbage, "Requests answered with 200 and no page");
  add_percent(app, "--fault-revoke", f.revoke, "Stream requests whose token is revoked");
  add_percent(app, "--fault-expire", f.expire, "Requests whose cursor is declared expired");
  add_percent(app, "--fault-latency", f.latency, "Requests that are delayed by --latency");
  add_percent(app, "--fault-all", all, "All of these faults that have no rate of their own");
  add_milliseconds(app, "--latency", o.latency, "Delay of --fault-latency");
  add_milliseconds(app, "--delay", o.delay, "Delay of every page");
}

void add_server_options(CLI::App& app, options& o) {
  app.add_option("--rest", o.rest, "Serve the REST API that this YAML file describes instead: docs/demo_api.md")
      ->type_name("FILE");
  app.add_option("--host", o.host, "Address to listen on")->capture_default_str();
  app.add_option("--port", o.port, "Port to listen on, 0 for any free one")
      ->capture_default_str()
      ->check(CLI::Range(0, 65535));
  app.add_option("--threads", o.threads, "Connections served at once")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, std::size_t{4096}));
}

void apply_fault_all(const CLI::App& app, fault_rates& f, double all) {
  const std::map<std::string, double*> rates = {
      {"--fault-429", &f.too_many_requests}, {"--fault-5xx", &f.server_error}, {"--fault-reset", &f.reset},
      {"--fault-truncate", &f.truncate},     {"--fault-garbage", &f.garbage},  {"--fault-revoke", &f.revoke},
      {"--fault-expire", &f.expire},         {"--fault-latency", &f.latency}};
  for (const auto& [name, rate] : rates) {
    if (app.count(name) == 0) {
      *rate = all;
    }
  }
}

/// With --rest, all that is not of the server itself is said in the file.
void refuse_beside_rest(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    const bool of_the_server = name == "--rest" || name == "--host" || name == "--port" || name == "--threads";
    if (app.count("--rest") > 0 && option->count() > 0 && !of_the_server) {
      throw CLI::ValidationError(name, "is not for --rest, whose file says all that is served");
    }
  }
}

}  // namespace

parsed_command_line parse_command_line(int argc, const char* const* argv) {
  parsed_command_line result;
  options& o = result.chosen;
  double fault_all = 0;
  CLI::App app(
      "A stand-in server of the DataSync Analytics API, with faults on demand.\n"
      "Besides the API it answers GET /healthz, GET /counters (what was served and which faults happened, as "
      "JSON) and GET /truth (all events as NDJSON).\n"
      "When it listens, it prints {\"event\":\"listening\",\"port\":N}; SIGTERM or SIGINT ends it.\n"
      "The window of the stream endpoint includes since and excludes until.",
      "demo_api");
  app.set_version_flag("--version", std::string(ingest::version()));
  add_event_options(app, o);
  add_api_options(app, o);
  add_fault_options(app, o, fault_all);
  add_server_options(app, o);
  try {
    app.parse(argc, argv);
    if (o.generator.from >= o.generator.until) {
      throw CLI::ValidationError("--from", "must be less than --until");
    }
    refuse_beside_rest(app);
    if (app.count("--fault-all") > 0) {
      apply_fault_all(app, o.faults, fault_all);
    }
  } catch (const CLI::Success& e) {
    result.exit_code = app.exit(e);
  } catch (const CLI::ParseError& e) {
    std::string line = e.what();
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::cerr << "demo_api: " << line << " (demo_api --help lists all options)\n";
    result.exit_code = usage_error;
  }
  return result;
}

}  // namespace demo_api
