#include "ingest/sinks/ndjson_files_sink.hpp"

#include "ingest/sinks/memory_sink.hpp"
#include "ingest/sources/memory_source.hpp"
#include "ingest/sources/ndjson_source.hpp"
#include "support/contract_report.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

struct files {
  scratch_dir dir;
  ndjson_files_options options{.directory = dir.path(), .file_bytes = 8};

  std::vector<std::string> names() const { return posix_file_system().list(dir.path()); }

  stream_result write(std::vector<std::string> lines) {
    memory_source from(std::move(lines));
    ndjson_files_sink to(options);
    return ingest_stream(from, to);
  }

  /// What all files hold, in their order.
  std::string text() const {
    std::string all;
    for (const auto& name : names()) {
      ndjson_source from(dir / name);
      memory_sink to;
      BOOST_TEST(ingest_stream(from, to).ok());
      all += to.text();
    }
    return all;
  }
};

using name_list = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ndjson_files, files)

BOOST_AUTO_TEST_CASE(keep_the_contract_compressed_or_not) {
  options.file_bytes = 4000;
  for (const auto level : {std::optional<int>(), std::optional<int>(3)}) {
    options.zstd_level = level;
    const auto make = [&] {
      for (const auto& name : names()) {
        std::filesystem::remove(dir / name);
      }
      return std::make_unique<ndjson_files_sink>(options);
    };
    check_contract(sink_cases(), sink_kind{.make = make,
                                           .contents = [&] { return text(); },
                                           .contents_after_abort = [](const auto&) { return std::string(); }});
  }
}

BOOST_AUTO_TEST_CASE(are_begun_anew_when_one_is_large_enough) {
  BOOST_TEST(write({"1234567\n", "1\n", "2\n", "3\n", "4\n", "5\n"}).ok());
  BOOST_TEST((names() == name_list{"events.000001.ndjson", "events.000002.ndjson", "events.000003.ndjson"}));
  BOOST_TEST(text_of(dir / "events.000001.ndjson") == "1234567\n");
  BOOST_TEST(text_of(dir / "events.000002.ndjson") == "1\n2\n3\n4\n");
  BOOST_TEST(text_of(dir / "events.000003.ndjson") == "5\n");
}

BOOST_AUTO_TEST_CASE(are_begun_anew_when_one_has_records_enough) {
  options.file_records = 1;
  BOOST_TEST(write({"1\n", "2\n"}).ok());
  BOOST_TEST(names().size() == 2u);
}

BOOST_AUTO_TEST_CASE(are_never_overwritten_by_a_later_run) {
  BOOST_TEST(write({"1\n"}).ok());
  options.zstd_level = 1;
  BOOST_TEST(write({"2\n"}).ok());
  BOOST_TEST((names() == name_list{"events.000001.ndjson", "events.000002.ndjson.zst"}));
  BOOST_TEST(text() == "1\n2\n");
}

BOOST_AUTO_TEST_CASE(do_not_appear_for_an_empty_stream) {
  BOOST_TEST(write({}).ok());
  BOOST_TEST(names().empty());
}

BOOST_AUTO_TEST_CASE(stay_when_they_are_complete_though_the_run_failed) {
  const auto result = write({"1234567\n", "1\n", "no end of line"});
  BOOST_TEST((result.failure->code() == errc::bad_data));
  BOOST_TEST((names() == name_list{"events.000001.ndjson"}));
}

BOOST_AUTO_TEST_CASE(are_refused_with_senseless_options) {
  BOOST_CHECK_THROW(ndjson_files_sink({.directory = dir.path(), .prefix = "a/b"}), error);
  BOOST_CHECK_THROW(ndjson_files_sink({.directory = dir.path(), .file_bytes = 0}), error);
  BOOST_CHECK_THROW(ndjson_files_sink({.directory = dir.path(), .zstd_level = 20}), error);
  options.directory = dir / "none";
  BOOST_TEST((write({"1\n"}).failure->code() == errc::config));
}

BOOST_AUTO_TEST_SUITE_END()
