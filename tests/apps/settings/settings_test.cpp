#include "settings/settings.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <set>

#include "settings/setting_definition.hpp"
#include "support/scratch_dir.hpp"

using namespace std::chrono_literals;
using ingest::command;
using ingest::errc;
using ingest::settings;

namespace {

/// Sources that see nothing of the test's own surroundings.
struct sources : ingest::setting_sources {
  std::map<std::string, std::string> variables{{"API_BASE_URL", "https://api.example/api/v1/"},
                                               {"TARGET_API_KEY", "test-api-key"},
                                               {"DATABASE_URL", "postgresql://me:secret-pw@db/events"}};
  ingest::testing::scratch_dir directory;

  sources() {
    environment = [this](const std::string& name) {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    default_env_file = directory / ".env";
  }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(directory / name) << text;
    return directory / name;
  }
  settings load(command c = command::run) const { return load_settings(*this, c); }
};

struct failure {
  errc code = errc::internal;
  std::string message = "nothing was refused";
};

failure refusal(const sources& s, command c = command::run) {
  try {
    s.load(c);
  } catch (const ingest::error& e) {
    return {e.code(), e.what()};
  }
  return {};
}

/// What is said about a variable of the environment.
std::string refusal_of(const std::string& name, const std::string& value) {
  sources s;
  s.variables[name] = value;
  const failure f = refusal(s);
  BOOST_TEST((f.code == errc::config), f.message);
  BOOST_TEST(f.message.find('\n') == std::string::npos, f.message);
  return f.message;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loading_of_settings)

BOOST_AUTO_TEST_CASE(takes_defaults_from_the_table) {
  const settings s = sources().load();
  BOOST_TEST(s.api_base_url == "https://api.example/api/v1");
  BOOST_TEST(s.batch_size == 5000u);
  BOOST_TEST((s.endpoint == ingest::http_endpoint::automatic));
  BOOST_TEST(s.segment_bytes == 64u << 20);
  BOOST_TEST(s.buffer_quota_bytes == 4ull << 30);
  BOOST_TEST((s.request_timeout == 30s));
  BOOST_TEST((s.retry_deadline == 15min));
  BOOST_TEST((s.shutdown_timeout == 3s));
  BOOST_TEST(s.http_compression);
  BOOST_TEST(!s.since.has_value());
  BOOST_TEST(!s.reject_limit.has_value());
  BOOST_TEST(s.data_dir == "./data");
  BOOST_TEST((s.log_level == ingest::log::level::info));
  BOOST_TEST(!s.origins.contains("BATCH_SIZE"));
  BOOST_TEST(s.origins.at("API_BASE_URL") == "from the environment");
}

BOOST_AUTO_TEST_CASE(prefers_flag_to_environment_to_env_file_to_config_file) {
  sources s;
  s.config_file = s.write("c.json", R"({"batch_size": 1, "loaders": 11, "slices": 1, "max_restarts": 5})");
  s.write(".env", "BATCH_SIZE=2\nLOADERS=12\nMAX_RESTARTS=\nOTHER_PROGRAM=x\nLOADERS=13");
  s.variables["BATCH_SIZE"] = "3";
  BOOST_TEST(s.load().batch_size == 3u);
  s.flags["BATCH_SIZE"] = "4";
  const settings loaded = s.load();
  BOOST_TEST(loaded.batch_size == 4u);
  BOOST_TEST(loaded.loaders == 13u);
  BOOST_TEST(loaded.max_restarts == 5u, "an empty value counts as none");
  BOOST_TEST(loaded.origins.at("LOADERS").ends_with(".env line 5"));
  BOOST_TEST(loaded.origins.at("MAX_RESTARTS").ends_with("c.json line 1"));
}

BOOST_AUTO_TEST_CASE(reads_every_type) {
  sources s;
  s.variables.insert({{"SEGMENT_BYTES", "2MiB"},
                      {"RANGE_BYTES", "4096"},
                      {"CREDIT_BYTES", "64k"},
                      {"RANGE_DELAY_MS", "250"},
                      {"DATABASE_DEADLINE_MS", "2min"},
                      {"REJECT_LIMIT", "0"},
                      {"HTTP_COMPRESSION", "off"},
                      {"ENDPOINT", "stream"},
                      {"LOG_LEVEL", "warning"},
                      {"SINCE", "2026-01-27T19:19:13.629Z"},
                      {"UNTIL", "1769600000000"},
                      {"SLICES", "8"},
                      {"EXTRA_HEADERS", "Cookie: a=b|X-Y:z\n"},
                      {"TABLE", "x\"; DROP TABLE y; --"}});
  const settings loaded = s.load();
  BOOST_TEST(loaded.segment_bytes == 2u << 20);
  BOOST_TEST(loaded.range_bytes.value() == 4096u);
  BOOST_TEST(loaded.credit_bytes == 65536u);
  BOOST_TEST((loaded.range_delay == 250ms));
  BOOST_TEST((loaded.database_deadline == 2min));
  BOOST_TEST(loaded.reject_limit.value() == 0u);
  BOOST_TEST(!loaded.http_compression);
  BOOST_TEST((loaded.endpoint == ingest::http_endpoint::stream));
  BOOST_TEST((loaded.log_level == ingest::log::level::warning));
  BOOST_TEST(loaded.since.value() == 1769541553629);
  BOOST_TEST(loaded.until.value() == 1769600000000);
  BOOST_TEST((loaded.extra_headers == std::vector<std::string>{"Cookie: a=b", "X-Y: z"}));
  BOOST_TEST(loaded.table == "x\"; DROP TABLE y; --");
}

BOOST_AUTO_TEST_CASE(reads_times_in_zones_and_dates) {
  const std::vector<std::pair<std::string, std::int64_t>> cases{{"2026-01-27", 1769472000000},
                                                                {"2026-01-27T00:00", 1769472000000},
                                                                {"2026-01-27 01:00:00+01:00", 1769472000000},
                                                                {"2026-01-26T22:30:00.5-0130", 1769472000500},
                                                                {"2026-01-26T24:00Z", 1769472000000},
                                                                {"0", 0}};
  for (const auto& [text, expected] : cases) {
    sources s;
    s.flags["SINCE"] = text;
    BOOST_TEST(s.load().since.value() == expected, text);
  }
  for (const char* text : {"2026-02-30", "2026-01-27T24:01Z", "2026-01-27T00:-0Z", "2026-01-27T", "yesterday",
                           "2026-01-27x", "-5", "12:00", "10000-01-01", "253402300800000"}) {
    BOOST_TEST(refusal_of("SINCE", text).find("must be a Unix time") != std::string::npos, text);
  }
}

BOOST_AUTO_TEST_CASE(refuses_times_that_are_meant_in_seconds_and_tells_what_they_would_be) {
  const std::string refusal = refusal_of("UNTIL", "1769541553");
  BOOST_TEST(refusal.find("UNTIL") != std::string::npos);
  BOOST_TEST(refusal.find("that would be 1970-01-21T11:32:21Z") != std::string::npos);
  BOOST_TEST(refusal.find("if seconds are meant, 2026-01-27T19:19:13Z, add 000") != std::string::npos);
  sources s;
  s.flags["SINCE"] = "1972-01-01";
  BOOST_TEST(s.load().since.value() == 63'072'000'000);
}

BOOST_AUTO_TEST_CASE(names_setting_origin_and_range_of_a_bad_value) {
  BOOST_TEST(refusal_of("BATCH_SIZE", "0") == "BATCH_SIZE=0 (from the environment): must be 1 … 5000 events");
  BOOST_TEST(refusal_of("LOADERS", "two") == "LOADERS=two (from the environment): must be 1 … 64 connections");
  BOOST_TEST(refusal_of("SEGMENT_BYTES", "64MB2").find("in bytes or with KiB") != std::string::npos);
  BOOST_TEST(refusal_of("REQUEST_TIMEOUT_MS", "-1").find("must be 100ms … 1h, in ms") != std::string::npos);
  BOOST_TEST(refusal_of("LOG_FORMAT", "xml").find("must be auto, json or text") != std::string::npos);
  BOOST_TEST(refusal_of("PIPELINE", "a b").find("must consist of letters") != std::string::npos);
  BOOST_TEST(refusal_of("ID_POINTER", "/a~2").find("must be a JSON pointer") != std::string::npos);
  BOOST_TEST(refusal_of("API_BASE_URL", "ftp://x").find("must be a URL that begins") != std::string::npos);
  BOOST_TEST(refusal_of("EVENTS_PATH", "events").find("begins with \"/\"") != std::string::npos);
  BOOST_TEST(refusal_of("KEEP_SEGMENTS", "maybe").find("true or false") != std::string::npos);
  BOOST_TEST(refusal_of("TABLE", "a\nb\x1b" + std::string(1, '\0')).starts_with("TABLE=a?b?? (from"));

  sources from_file;
  from_file.write(".env", "A=1\n\nBATCH_SIZE=5001");
  BOOST_TEST(refusal(from_file).message.find(".env line 3): must be 1") != std::string::npos);

  sources from_flag;
  from_flag.flags["BATCH_SIZE"] = "x";
  const failure f = refusal(from_flag);
  BOOST_TEST((f.code == errc::usage));
  BOOST_TEST(f.message == "--batch-size=x: must be 1 … 5000 events");
}

BOOST_AUTO_TEST_CASE(ignores_settings_the_command_does_not_use) {
  sources s;
  s.variables = {{"BATCH_SIZE", "0"}, {"DATA_DIR", "/x"}};
  BOOST_TEST(s.load(command::status).data_dir == "/x");
  BOOST_TEST((refusal(s, command::load).message.starts_with("DATABASE_URL is not set")));
}

BOOST_AUTO_TEST_CASE(asks_for_what_is_missing) {
  for (const char* name : {"API_BASE_URL", "TARGET_API_KEY", "DATABASE_URL"}) {
    sources s;
    s.variables.erase(name);
    const failure f = refusal(s);
    BOOST_TEST((f.code == errc::config));
    BOOST_TEST(f.message.starts_with(std::string(name) + " is not set: "), f.message);
  }
}

BOOST_AUTO_TEST_CASE(says_everywhere_it_looked_for_what_is_missing) {
  sources s;
  s.variables.erase("DATABASE_URL");
  const std::string env_file = s.default_env_file.string();
  const auto says = [&](const std::string& part) { BOOST_TEST(refusal(s).message.find(part) != std::string::npos); };
  says("(looked for as --database-url, in the environment, in " + env_file +
       " (there is no such file), and in no config file, as --config names none)");
  s.write(".env", "");
  s.config_file = s.write("c.json", "{}");
  says("in the environment, in " + env_file + " and in " + s.config_file->string() + ")");
}

BOOST_AUTO_TEST_CASE(tells_who_has_set_libpqs_variables_alone_how_to_make_them_count) {
  sources s;
  s.variables.erase("DATABASE_URL");
  BOOST_TEST(refusal(s).message.find("libpq") == std::string::npos);
  s.variables["PGDATABASE"] = "events";
  BOOST_TEST(refusal(s).message.find("PGDATABASE is set, but counts only where DATABASE_URL leaves something out: "
                                     "DATABASE_URL=postgresql:// leaves") != std::string::npos);
  s.variables["DATABASE_URL"] = "postgresql://";
  BOOST_TEST(s.load().database_url == "postgresql://");
}

BOOST_AUTO_TEST_CASE(suspects_names_that_are_like_one_that_is_not_given) {
  sources s;
  s.variables.erase("DATABASE_URL");
  s.environment_names = [] {
    return std::vector<std::string>{"DATABSE_URL", "HOME", "PATH", "LANG", "TERM", "BATCHSIZE", "TARGET_API_KEYS"};
  };
  BOOST_TEST(
      refusal(s).message.ends_with("DATABSE_URL (from the environment) is no setting; did you mean DATABASE_URL?"));
  s.default_env_file = s.write("ok.env", "DATABASE_URL=postgresql://db/x\nPOSTGRES_PASSWORD=x\nlog_Level=debug\n");
  const std::vector<std::string> expected{
      "BATCHSIZE (from the environment) is no setting; did you mean BATCH_SIZE?",
      "log_Level (from " + s.default_env_file.string() + " line 3) is no setting; did you mean LOG_LEVEL?"};
  BOOST_TEST(s.load().misspelt == expected, boost::test_tools::per_element());
  s.variables["BATCH_SIZE"] = "5";
  s.variables["LOG_LEVEL"] = "info";
  BOOST_TEST(s.load().misspelt.empty());
}

BOOST_AUTO_TEST_CASE(puts_the_table_into_the_schema_that_is_set) {
  sources s;
  s.variables["TARGET_SCHEMA"] = "Raw Data";
  BOOST_TEST(s.load().table == "Raw Data.ingested_events");
  s.variables["TABLE"] = "Raw Data.orders";
  BOOST_TEST(s.load().table == "Raw Data.orders");
  s.variables["TABLE"] = "public.orders";
  BOOST_TEST(refusal(s).message.find("TABLE names a schema, and TARGET_SCHEMA another one") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(tells_of_a_setting_that_changes_nothing) {
  sources s;
  BOOST_TEST(s.load().unused.empty());
  s.variables["LOOKBACK"] = "1h";
  BOOST_TEST_REQUIRE(s.load().unused.size() == 1u);
  BOOST_TEST(s.load().unused.front().starts_with("LOOKBACK (from the environment) changes nothing"),
             s.load().unused.front());
  s.variables["INCREMENTAL"] = "true";
  BOOST_TEST(s.load().unused.empty());
}

BOOST_AUTO_TEST_CASE(never_shows_a_secret) {
  sources s;
  s.variables["TARGET_API_KEY"] = "canary key";
  s.variables["DATABASE_URL"] = "postgresql://me:canary-pw@db:x@y/z";
  BOOST_TEST(refusal(s).message.find("canary") == std::string::npos);
  s.variables["TARGET_API_KEY"] = "registered-canary";
  BOOST_TEST(refusal(s).message.find("canary") == std::string::npos);
  s.variables["DATABASE_URL"] = "host=db password='pass%word canary' sslpassword='tls canary'";
  s.variables["EXTRA_HEADERS"] = "Authorization: Bearer tok-canary|Accept: text/plain";
  s.load();
  BOOST_TEST(ingest::log::redact("registered-canary pass%word canary Bearer tok-canary tls canary text/plain") ==
             "*** *** *** *** text/plain");
}

BOOST_AUTO_TEST_CASE(refuses_a_password_on_the_command_line) {
  sources s;
  s.flags["DATABASE_URL"] = "postgresql://me@db/events";
  BOOST_TEST(s.load().database_url == "postgresql://me@db/events");
  for (const char* url : {"postgresql://me:canary-pw@db/events", "host=db sslpassword=canary-pw",
                          "postgresql://me:canary/pw@db/events", "host=db password=canary pw"}) {
    s.flags["DATABASE_URL"] = url;
    const failure f = refusal(s);
    BOOST_TEST((f.code == errc::usage));
    BOOST_TEST(f.message.starts_with("--database-url: holds a password"), f.message);
    BOOST_TEST(f.message.find("canary") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(refuses_a_secret_header_on_the_command_line) {
  sources s;
  s.flags["EXTRA_HEADERS"] = "Accept: text/plain\nX-Api-Version: 2";
  BOOST_TEST(s.load().extra_headers.size() == 2u);
  for (const char* header :
       {"Authorization: Basic canary", "A: 1\nX-Auth: canary", "cookie:canary", "X-Custom: Bearer canary"}) {
    s.flags["EXTRA_HEADERS"] = header;
    const failure f = refusal(s);
    BOOST_TEST((f.code == errc::usage));
    BOOST_TEST(f.message.starts_with("--header: holds a secret"), f.message);
    BOOST_TEST(f.message.find("set EXTRA_HEADERS in the environment") != std::string::npos, f.message);
    BOOST_TEST(f.message.find("canary") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(refuses_what_is_unescaped_in_a_password_before_libpq_quotes_it) {
  for (const auto& [password, escape] : std::map<std::string, std::string>{
           {"canary/44", "%2F"}, {"canary@44", "%40"}, {"canary?44", "%3F"}, {"12/canary", "%2F"}}) {
    const std::string said = refusal_of("DATABASE_URL", "postgresql://me:" + password + "@db:5432/events");
    BOOST_TEST(said.find("write it as " + escape) != std::string::npos, said);
    BOOST_TEST(said.find("canary") == std::string::npos, said);
    BOOST_TEST(ingest::log::redact("port \"" + password + "\"") == "port \"***\"");
  }
  sources s;
  for (const char* url : {"postgresql://me:p%2Fw@db/events?user=a@b", "postgresql://db:5432/events?user=a@b",
                          "postgresql://me@db1:1,db2:2/events", "postgresql:///events?host=/run/postgresql"}) {
    s.variables["DATABASE_URL"] = url;
    BOOST_TEST(s.load().database_url == url);
  }
}

BOOST_AUTO_TEST_CASE(knows_sources_and_targets_by_the_endings_of_their_names) {
  using from = ingest::source_choice;
  using to = ingest::target_choice;
  sources s;
  BOOST_TEST((s.load().from.what == from::kind::api));
  BOOST_TEST((s.load().to.what == to::kind::postgres));
  const auto format_of = [&](const std::string& text) {
    s.variables["FROM"] = text;
    const from chosen = s.load().from;
    BOOST_TEST((chosen.what == from::kind::file));
    BOOST_TEST(("file:" + chosen.path.string() == text));
    return chosen.format;
  };
  BOOST_TEST((format_of("file:a.ndjson") == ingest::record_format::ndjson));
  BOOST_TEST((format_of("file:/b/a.b.JSONL.gz") == ingest::record_format::ndjson));
  BOOST_TEST((format_of("file:a b.csv.zst") == ingest::record_format::csv));
  BOOST_TEST((format_of("file:../a.tsv") == ingest::record_format::tsv));
  const auto compression_of = [&](const std::string& text) {
    s.variables["TO"] = text;
    const to chosen = s.load().to;
    BOOST_TEST((chosen.what == to::kind::file));
    return chosen.compression;
  };
  BOOST_TEST((compression_of("file:a") == ingest::file_compression::none));
  BOOST_TEST((compression_of("file:a.ndjson.gz") == ingest::file_compression::gzip));
  BOOST_TEST((compression_of("file:a.zst") == ingest::file_compression::zstd));
  BOOST_TEST((compression_of("file:a.Parquet") == ingest::file_compression::none));
  BOOST_TEST((s.load().to.format == ingest::record_format::parquet));
  s.variables["FROM"] = "stdin";
  s.variables["TO"] = "stdout";
  BOOST_TEST((s.load().from.what == from::kind::standard_input));
  BOOST_TEST((s.load().to.what == to::kind::standard_output));

  for (const char* wrong :
       {"stdout", "a.ndjson", "file:", "file:.ndjson", "file:a", "file:a.gz", "file:a.csv.bz2", "file:a.parquet"}) {
    BOOST_TEST(refusal_of("FROM", wrong)
                       .find("must be api, stdin, connector:PATH of a manifest, singer:COMMAND, airbyte:COMMAND, or "
                             "file:PATH") != std::string::npos,
               wrong);
  }
  for (const char* wrong : {"stdin", "api", "file:", "file:a.csv", "file:a.tsv.gz"}) {
    BOOST_TEST(refusal_of("TO", wrong).find("must be postgres, stdout, or file:PATH") != std::string::npos, wrong);
  }
}

BOOST_AUTO_TEST_CASE(asks_for_neither_api_nor_database_where_they_have_no_part) {
  sources s;
  s.variables = {{"FROM", "file:a.ndjson"}, {"TO", "stdout"}, {"SLICES", "4"}};
  BOOST_TEST((s.load().from.what == ingest::source_choice::kind::file));
  BOOST_TEST(refusal(s, command::load).message.find("DATABASE_URL") != std::string::npos);
  s.load(command::fetch);
  s.variables["UNTIL"] = "2026-01-27";
  BOOST_TEST(refusal(s).message.find("only the API can be asked for a time window") != std::string::npos);
  s.variables = {{"TO", "stdout"}};
  BOOST_TEST(refusal(s).message.find("API_BASE_URL") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(leaves_slices_and_readers_open_if_told_so) {
  sources s;
  BOOST_TEST(s.load().slices.value() == 1u);
  BOOST_TEST(!s.load().readers.has_value());
  s.flags["SLICES"] = "auto";
  s.flags["READERS"] = "3";
  BOOST_TEST(!s.load().slices.has_value());
  BOOST_TEST(s.load().readers.value() == 3u);
  BOOST_TEST(!ingest::find_setting("LOADERS")->allowed().ends_with("auto"));
  BOOST_TEST(refusal_of("LOADERS", "auto").starts_with("LOADERS=auto"));
}

BOOST_AUTO_TEST_CASE(checks_settings_that_depend_on_each_other) {
  BOOST_TEST(
      refusal_of("SLICES", "2") ==
      "SLICES above 1 divides a time window: set SINCE and UNTIL, or SLICES=1 or auto (SLICES from the environment)");
  BOOST_TEST(refusal_of("BUFFER_QUOTA_BYTES", "1MiB").starts_with("BUFFER_QUOTA_BYTES must be at least SEGMENT_BYTES"));
  sources service;
  service.variables["MAX_MEMORY"] = "4";
  BOOST_TEST(refusal(service, command::serve).message ==
             "MAX_MEMORY is 4 bytes, and no sync does with less than 1MiB: write a size such as 4GiB, or 0 for any "
             "amount (MAX_MEMORY from the environment)");
  service.variables["MAX_MEMORY"] = "1MiB";
  BOOST_TEST(service.load(command::serve).max_memory == 1u << 20);
  sources s;
  s.variables["SINCE"] = "5";
  s.flags["UNTIL"] = "5";
  BOOST_TEST((refusal(s).code == errc::usage));
  s.flags["UNTIL"] = "6";
  s.load();
  s.variables["ENDPOINT"] = "standard";
  BOOST_TEST(refusal(s).message.starts_with("the standard endpoint knows no time window"));
}

BOOST_AUTO_TEST_CASE(names_the_nearest_key_for_an_unknown_one_in_the_config_file) {
  sources s;
  s.config_file = s.write("c.json", "{\n\"bach_size\": 1}");
  const failure f = refusal(s);
  BOOST_TEST((f.code == errc::config));
  BOOST_TEST(f.message.ends_with("c.json line 2: there is no setting \"bach_size\"; did you mean \"batch_size\"?"));
}

BOOST_AUTO_TEST_CASE(refuses_named_files_that_cannot_be_read) {
  sources s;
  s.env_file = s.directory / "missing.env";
  BOOST_TEST((refusal(s).code == errc::usage));
  s.env_file = s.directory.path();
  BOOST_TEST(refusal(s).message.ends_with("cannot read the file"));
  s.env_file = s.write("empty.env", "");
  s.load();
}

BOOST_AUTO_TEST_CASE(has_a_table_without_contradictions) {
  std::set<std::string> flags;
  for (const auto& d : ingest::setting_definitions()) {
    settings s;
    if (!d.default_text.empty()) {
      BOOST_CHECK_NO_THROW(assign_setting(s, d, d.default_text));
    }
    BOOST_TEST((d.required_for & ~d.commands) == 0u, d.name);
    BOOST_TEST((d.flag().empty() || flags.insert(d.flag()).second), d.name);
    BOOST_TEST(!d.help.empty(), d.name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
