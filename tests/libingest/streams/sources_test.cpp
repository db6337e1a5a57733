#include <fcntl.h>
#include <unistd.h>

#include <sstream>
#include <thread>

#include "ingest/sinks/memory_sink.hpp"
#include "ingest/sources/callback_source.hpp"
#include "ingest/sources/csv_source.hpp"
#include "ingest/sources/fd_source.hpp"
#include "ingest/sources/file_source.hpp"
#include "ingest/sources/istream_source.hpp"
#include "ingest/sources/memory_source.hpp"
#include "ingest/sources/ndjson_source.hpp"
#include "support/compressed_file.hpp"
#include "support/contract_report.hpp"
#include "support/scratch_dir.hpp"

using namespace ingest;
using namespace ingest::testing;
using format = compress_transform::format;

namespace {

std::string numbered_lines(int n) {
  std::string text;
  for (int i = 1; i <= n; ++i) {
    text += "{\"n\":" + std::to_string(i) + "}\n";
  }
  return text;
}

/// Reads a source to its end through the plain loop.
stream_result run(source& from, memory_sink& to, stream_options options = {}) {
  return ingest_stream(from, to, options);
}

std::string failure_of(source& from) {
  memory_sink to;
  const auto result = run(from, to);
  return result.failure ? std::string(name_of(result.failure->code())) + ": " + result.failure->what() : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sources)

BOOST_AUTO_TEST_CASE(of_files_keep_the_contract) {
  const scratch_dir dir;
  const std::string text = numbered_lines(1000);
  put_text(dir / "in", text);
  check_contract(source_cases(), source_kind{[&] { return std::make_unique<file_source>(dir / "in", 1000); }, text});
  put_text(dir / "empty", "");
  check_contract(source_cases(), source_kind{[&] { return std::make_unique<file_source>(dir / "empty"); }, ""});
}

BOOST_AUTO_TEST_CASE(of_lines_keep_the_contract_whatever_the_compression) {
  const scratch_dir dir;
  const std::string text = numbered_lines(1000);
  put_text(dir / "plain", text);
  put_compressed(dir / "gzip", text, format::gzip, 3);
  put_compressed(dir / "zstd", text, format::zstd, 3);
  for (const char* name : {"plain", "gzip", "zstd"}) {
    BOOST_TEST_CONTEXT(name) {
      const auto make = [&] {
        return std::make_unique<ndjson_source>(dir / name, ndjson_options{.batch_bytes = 1000});
      };
      check_contract(source_cases(), source_kind{make, text});
    }
  }
}

BOOST_AUTO_TEST_CASE(of_csv_keep_the_contract_whatever_the_compression) {
  const scratch_dir dir;
  std::string text = "id,name\n";
  for (int i = 0; i < 100; ++i) {
    text += std::to_string(i) + ",\"a \"\"quoted\"\",\nname\"\n";
  }
  put_text(dir / "plain", text);
  put_compressed(dir / "zstd", text, format::zstd);
  for (const char* name : {"plain", "zstd"}) {
    const auto make = [&] { return std::make_unique<csv_source>(dir / name, csv_options{.batch_bytes = 100}); };
    check_contract(source_cases(), source_kind{make});
  }
}

BOOST_AUTO_TEST_CASE(in_memory_keep_the_contract) {
  const auto make = [] { return std::make_unique<memory_source>(std::vector<std::string>{"a", "b", "c"}); };
  check_contract(source_cases(), source_kind{make, "abc"});
}

BOOST_AUTO_TEST_CASE(of_streams_and_descriptors_keep_the_contract_but_begin_once_only) {
  std::istringstream stream;
  const auto from_stream = [&] {
    stream.clear();
    stream.str("some text");
    return std::make_unique<istream_source>(stream, 4);
  };
  check_contract(source_cases(), source_kind{from_stream, "some text", false});
  const scratch_dir dir;
  put_text(dir / "in", "some text");
  int fd = -1;
  const auto from_fd = [&] {
    ::close(fd);
    fd = ::open((dir / "in").c_str(), O_RDONLY | O_CLOEXEC);
    return std::make_unique<fd_source>(fd, "in", 4);
  };
  check_contract(source_cases(), source_kind{from_fd, "some text", false});
  BOOST_CHECK_THROW(from_fd()->open("4", {}), error);
  ::close(fd);
}

BOOST_AUTO_TEST_CASE(of_callbacks_yield_what_the_function_returns) {
  int calls = 0;
  callback_source from([&](const auto& opened_at, std::stop_token) -> std::optional<batch> {
    BOOST_TEST(*opened_at == "here");
    return ++calls <= 2 ? std::optional(batch()) : std::nullopt;
  });
  memory_sink to;
  BOOST_TEST(run(from, to, {.position = "here"}).ok());
  BOOST_TEST(to.batches().size() == 2u);
}

BOOST_AUTO_TEST_CASE(that_wait_on_a_pipe_are_interrupted_by_a_stop) {
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  fd_source from(ends[0]);
  memory_sink to;
  stop_switch stop;
  std::jthread stopper([&] { stop.request("enough"); });
  const auto result = run(from, to, {.stop = stop.signal()});
  BOOST_TEST((result.status == stream_status::aborted));
  ::close(ends[0]);
  ::close(ends[1]);
}

BOOST_AUTO_TEST_CASE(that_are_missing_or_directories_are_refused_by_name) {
  const scratch_dir dir;
  file_source missing(dir / "none");
  BOOST_TEST(failure_of(missing) == "config: cannot open " + (dir / "none").string() + ": No such file or directory");
  ndjson_source directory(dir.path());
  BOOST_TEST(failure_of(directory) ==
             "config: cannot read " + dir.path().string() + ": it is a directory; name a file in it");
}

BOOST_AUTO_TEST_CASE(of_lines_count_them_leave_out_blank_ones_and_end_the_last) {
  const scratch_dir dir;
  put_text(dir / "in", "\n{}\n \t\r\n\n[1]\r\n5");
  ndjson_source from(dir / "in");
  memory_sink to;
  BOOST_TEST(run(from, to).records == 3u);
  BOOST_TEST(to.text() == "{}\n[1]\r\n5\n");
}

BOOST_AUTO_TEST_CASE(of_lines_make_room_for_a_long_one_up_to_a_limit) {
  const scratch_dir dir;
  const std::string text = "1\n" + std::string(10'000, '2') + "\n3\n";
  put_text(dir / "in", text);
  ndjson_source from(dir / "in", {.batch_bytes = 16});
  memory_sink to;
  BOOST_TEST(run(from, to).records == 3u);
  BOOST_TEST(to.text() == text);
  ndjson_source limited(dir / "in", {.batch_bytes = 16, .max_line_bytes = 100});
  BOOST_TEST(failure_of(limited) ==
             "bad_data: " + (dir / "in").string() +
                 " has a line of more than 100 bytes at offset 2: is it newline-delimited JSON?");
}

BOOST_AUTO_TEST_CASE(that_are_cut_off_or_damaged_while_compressed_are_refused) {
  const scratch_dir dir;
  for (const format f : {format::gzip, format::zstd}) {
    put_compressed(dir / "in", numbered_lines(1000), f);
    const std::string whole = text_of(dir / "in");
    ndjson_source from(dir / "in");
    put_text(dir / "in", whole.substr(0, whole.size() - 1));
    BOOST_TEST(failure_of(from) == "bad_data: " + (dir / "in").string() + " cannot be decompressed: it is cut off");
    auto damaged = whole;
    damaged.replace(damaged.size() / 2, 1, 1, static_cast<char>(damaged[damaged.size() / 2] ^ 0x55));
    put_text(dir / "in", damaged);
    BOOST_TEST(failure_of(from).starts_with("bad_data: " + (dir / "in").string() + " cannot be decompressed: "));
  }
}

BOOST_AUTO_TEST_CASE(that_became_shorter_are_not_resumed) {
  const scratch_dir dir;
  put_text(dir / "in", "1\n2\n");
  ndjson_source from(dir / "in");
  BOOST_CHECK_THROW(from.open("5", {}), error);
  BOOST_CHECK_THROW(from.open("two", {}), error);
  from.close();
}

BOOST_AUTO_TEST_SUITE_END()
