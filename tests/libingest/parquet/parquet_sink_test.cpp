// covers: what becomes of a Parquet file that is not finished, of records that are none, and of senseless options.
#include "ingest/sinks/parquet_sink.hpp"

#include "ingest/sources/memory_source.hpp"
#include "support/contract_report.hpp"
#include "support/parquet_reader.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

struct one_file {
  scratch_dir dir;
  std::filesystem::path path = dir / "x.parquet";
  parquet_options options;

  stream_result write(std::vector<std::string> lines) {
    memory_source from(std::move(lines));
    parquet_sink to(path, options);
    return ingest_stream(from, to);
  }

  std::vector<std::string> names() const { return posix_file_system().list(dir.path()); }

  /// The records of the contract's cases, back from the file.
  std::string records() const {
    std::string text;
    if (std::filesystem::exists(path)) {
      for (const std::string& line : read_parquet(path).lines) {
        text += "{\"n\":" + line.substr(0, line.find('\t')) + "}\n";
      }
    }
    return text;
  }
};

errc code_of(const stream_result& r) {
  return r.failure.value().code();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(parquet_sinks, one_file)

BOOST_AUTO_TEST_CASE(keep_the_contract) {
  const auto make = [&] {
    std::filesystem::remove(path);
    return std::make_unique<parquet_sink>(path, options);
  };
  sink_kind kind{.make = make};
  if (can_read_parquet()) {
    kind.contents = [&] { return records(); };
    kind.contents_after_abort = [](const auto&) { return std::string(); };
  }
  for (const bool inferred : {true, false}) {
    options.columns = {{.name = "n", .type = parquet_type::int64}};
    if (inferred) {
      options.columns.clear();
    }
    check_contract(sink_cases(), kind);
  }
}

BOOST_AUTO_TEST_CASE(show_no_file_before_it_is_complete) {
  put_text(path, "what was there");
  options.columns = {{.name = "a", .type = parquet_type::int64}};
  parquet_sink to(path, options);
  BOOST_TEST((to.commits() == commit_point::finalize));
  to.open({});
  batch b;
  b.data = std::make_shared<const std::string>("{\"a\":1}\n");
  to.write(b);
  BOOST_TEST(text_of(path) == "what was there");
  BOOST_TEST(names().size() == 2u);
  to.abort(error(errc::cancelled, "enough"));
  BOOST_TEST(text_of(path) == "what was there");
  BOOST_TEST(names().size() == 1u);
}

BOOST_AUTO_TEST_CASE(are_whole_files_with_a_magic_at_both_ends) {
  BOOST_TEST(write({"{\"a\":1}\n", "{\"a\":2}\n"}).ok());
  const std::string bytes = text_of(path);
  BOOST_TEST(bytes.starts_with("PAR1"));
  BOOST_TEST(bytes.ends_with("PAR1"));
}

BOOST_AUTO_TEST_CASE(fail_at_what_is_no_row_and_leave_nothing) {
  options.columns = {{.name = "a", .type = parquet_type::int64, .required = true}};
  for (const std::string record : {"[1]", "{\"a\":1", "{}", "{\"a\":\"x\"}", "{\"a\":1,\"b\":\"\xff\"}", ""}) {
    const auto result = write({"{\"a\":1}\n", record + "\n"});
    BOOST_TEST((code_of(result) == errc::bad_data));
    BOOST_TEST(std::string(result.failure->what()).starts_with("record 2 cannot be a row of "));
    BOOST_TEST(names().empty());
  }
  options.columns.clear();
  BOOST_TEST((code_of(write({"{\"a\":1}\n[1]\n"})) == errc::bad_data));
  BOOST_TEST((code_of(write({"{\"a\":1}"})) == errc::bad_data), "no end of line");
}

BOOST_AUTO_TEST_CASE(tell_of_what_is_no_row_if_somebody_wants_to_know) {
  std::string told;
  options.refused = [&](std::string_view record, const std::string& why) {
    told += std::string(record) + ": " + why + ". ";
  };
  parquet_sink to(path, options);
  memory_source from({"{\"a\":1}\n[1]\n", "{\"a\":\n"});
  BOOST_TEST(ingest_stream(from, to).ok());
  BOOST_TEST(told == "[1]: it is no JSON object. {\"a\":: it is no JSON at byte 5. ");
  BOOST_TEST(to.counts().refused == 2u);
  BOOST_TEST(to.counts().rows == 1u);
}

BOOST_AUTO_TEST_CASE(take_texts_for_numbers_where_they_say_nothing_else) {
  options.columns = {{.name = "i", .type = parquet_type::int64},
                     {.name = "r", .type = parquet_type::real64},
                     {.name = "d", .type = parquet_type::decimal, .precision = 9, .scale = 2}};
  const auto apart_of = [&](const std::string& text) {
    memory_source from({R"({"i":)" + text + R"(,"r":)" + text + R"(,"d":)" + text + "}\n"});
    parquet_sink to(path, options);
    BOOST_TEST(ingest_stream(from, to).ok());
    return to.counts().values_apart;
  };
  for (const char* text : {"42", "\"42\"", "\"-42\"", "\"0\"", "-0", "12e4", "42.0"}) {
    BOOST_TEST(apart_of(text) == 0u, text);
  }
  for (const char* text : {"\"12e4\"", "\"-0\"", "\"-0.0\"", "\"042\"", "\" 42\"", "\"1E3\"", "true"}) {
    BOOST_TEST(apart_of(text) == 3u, text);
  }
  BOOST_TEST(apart_of("\"42.0\"") == 1u, "which is not how a whole number is written");
}

BOOST_AUTO_TEST_CASE(are_refused_with_senseless_options) {
  const auto refuses = [this](parquet_options o) { BOOST_CHECK_THROW(parquet_sink(path, std::move(o)), error); };
  refuses({.columns = {{.name = ""}}});
  refuses({.columns = {{.name = "_ingest_extra"}}});
  refuses({.columns = {{.name = "\xff"}}});
  refuses({.columns = {{.name = "a"}, {.name = "a"}}});
  refuses({.columns = {{.name = "a", .type = parquet_type::decimal, .precision = 19}}});
  refuses({.columns = {{.name = "a", .type = parquet_type::decimal, .precision = 2, .scale = 3}}});
  refuses({.memory_bytes = 1000});
  refuses({.zstd_level = 20});
}

BOOST_AUTO_TEST_SUITE_END()
