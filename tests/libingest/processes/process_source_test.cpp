#include "processes/process_source.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "ingest/error.hpp"
#include "ingest/file_system.hpp"
#include "processes/singer_messages.hpp"
#include "support/scratch_dir.hpp"
#include "support/source_reader.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::processes;
using namespace ingest::testing;

namespace fs = std::filesystem;

namespace {

/// A tap of the numbers from its state on, a STATE behind every tenth. What it writes of a number is never the same
/// twice: each process has its own word in it.
constexpr const char* numbers_tap = R"(
n=0
while [ $# -gt 0 ]; do
  case $1 in --state) n=$(tr -dc 0-9 < "$2"); shift;; esac
  shift
done
record() { printf '{"type":"RECORD","stream":"numbers","record":{"id":%d,"by":"%d"}}\n' $1 $$; }
state() { printf '{"type":"STATE","value":{"at":%d}}\n' $1; }
while [ $n -lt ${LAST:-35} ]; do
  n=$((n+1))
  record $n
  if [ $n = "${DIES_AT:-}" ]; then kill -9 $$; fi
  if [ $((n % 10)) = 0 ]; then state $n; fi
done
if [ -z "${NO_LAST_STATE:-}" ]; then state $n; fi
)";

struct numbers_fixture {
  scratch_dir scratch;
  fs::path directory = scratch / "process";

  numbers_fixture() { fs::create_directory(directory); }

  process_source_options options(const std::string& variables = "", std::size_t page_bytes = 100) {
    process_source_options o;
    o.command = {.words = {"sh", "-c", variables + numbers_tap, "tap-numbers"}};
    o.catalog = "{}";
    o.directory = directory;
    o.replay = record_replay::is_held_back;
    o.page_bytes = page_bytes;
    o.encoder = std::make_shared<keyed_encoder>();
    o.set_aside = true;
    o.messages = [] {
      return std::make_unique<singer_messages>("tap-numbers", std::vector<std::string>{"numbers"},
                                               std::vector<std::string>{}, "/id");
    };
    o.spool = std::make_shared<interval_spool>(posix_file_system(), directory, 1 << 20);
    return o;
  }

  std::size_t spools() const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(directory)) {
      count += entry.path().extension() == ".spool" ? 1 : 0;
    }
    return count;
  }
};

read_result read_pages(source& from, std::vector<std::size_t>& records) {
  read_result r;
  from.open(std::nullopt, {});
  for (bool last = false; !last;) {
    const auto b = from.read().value();
    append_ids(b, r.ids);
    r.positions.push_back(b.position);
    records.push_back(r.ids.size());
    last = b.last;
  }
  from.close();
  return r;
}

std::vector<std::string> numbers(int from, int to) {
  std::vector<std::string> all;
  for (int i = from; i <= to; ++i) {
    all.push_back(std::to_string(i));
  }
  return all;
}

/// What was given before it failed, and how.
struct broken_reading {
  read_result read;
  std::string failure;
};

broken_reading read_until_failure(process_source_options o, const std::optional<std::string>& position = {}) {
  broken_reading r;
  process_source s(std::move(o));
  try {
    s.open(position, {});
    while (const auto b = s.read()) {
      append_ids(*b, r.read.ids);
      r.read.positions.push_back(b->position);
      if (b->last) {
        break;
      }
    }
  } catch (const error& e) {
    r.failure = std::string(name_of(e.code())) + ": " + e.what();
  }
  s.close();
  return r;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_source_that_reads_a_process, numbers_fixture)

BOOST_AUTO_TEST_CASE(gives_every_record_once_wherever_it_is_opened_again) {
  for (const std::size_t page_bytes : {50, 100, 400, 100'000}) {
    for (const bool states_count : {true, false}) {
      auto o = options("", page_bytes);
      o.states_count = states_count;
      process_source whole(o);
      std::vector<std::size_t> records;  // up to the end of each page
      const auto all = read_pages(whole, records);
      BOOST_TEST(all.ids == numbers(1, 35), boost::test_tools::per_element());
      const fs::path kept = scratch / "kept";
      fs::copy(directory, kept);
      for (std::size_t page = 0; page + 1 < all.positions.size(); ++page) {
        fs::remove_all(directory);
        fs::copy(kept, directory);
        auto fresh = options("", page_bytes);
        fresh.states_count = states_count;
        process_source rest(fresh);
        const auto after = read_all(rest, all.positions[page]);
        const std::size_t had = all.ids.size() - after.ids.size();
        BOOST_TEST(after.ids == numbers(static_cast<int>(had) + 1, 35), boost::test_tools::per_element());
        BOOST_TEST(had == records[page]);
      }
      fs::remove_all(kept);
      fs::remove_all(directory);
      fs::create_directory(directory);
    }
  }
}

BOOST_AUTO_TEST_CASE(gives_nothing_of_an_interval_whose_state_has_not_come) {
  for (const std::size_t page_bytes : {50, 100'000}) {
    const auto broken = read_until_failure(options("DIES_AT=27\n", page_bytes));
    BOOST_TEST(broken.read.ids == numbers(1, 20), boost::test_tools::per_element());
    BOOST_TEST(has(broken.failure, "signal 9"));
    process_source rest(options("", page_bytes));
    BOOST_TEST(read_all(rest, broken.read.positions.back()).ids == numbers(21, 35), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(gives_nothing_of_a_whole_reading_before_its_end) {
  auto o = options("DIES_AT=27\n");
  o.states_count = false;
  const auto broken = read_until_failure(o);
  BOOST_TEST(broken.read.ids.empty());
  BOOST_TEST(spools() == 0u, "what was held back is given up");
}

BOOST_AUTO_TEST_CASE(goes_on_from_the_state_before_where_records_meet_their_key) {
  auto o = options("DIES_AT=27\n");
  o.replay = record_replay::meets_key;
  const auto broken = read_until_failure(o);
  BOOST_TEST(broken.read.ids == numbers(1, 27), boost::test_tools::per_element());
  BOOST_TEST(process_position::parse(broken.read.positions.back()).state == R"({"at":20})");
  auto fresh = options();
  fresh.replay = record_replay::meets_key;
  process_source rest(fresh);
  BOOST_TEST(read_all(rest, broken.read.positions.back()).ids == numbers(21, 35), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(refuses_records_behind_the_last_state_where_the_next_run_would_have_them_twice) {
  const auto broken = read_until_failure(options("NO_LAST_STATE=1\n"));
  BOOST_TEST(broken.read.ids == numbers(1, 30), boost::test_tools::per_element());
  BOOST_TEST(has(broken.failure, "bad_data: sh has written 5 records and no STATE behind them"));
  auto replacing = options("NO_LAST_STATE=1\n");
  replacing.replaces = true;
  const auto read = read_until_failure(replacing);
  BOOST_TEST(read.read.ids == numbers(1, 35), boost::test_tools::per_element());
  BOOST_TEST(process_position::parse(read.read.positions.back()).has_all);
  auto appending = options();
  const auto all = process_position::parse(read.read.positions.back()).watermark();
  appending.first_position = [all](const std::stop_token&) { return all; };
  BOOST_TEST(has(read_until_failure(appending).failure, "all would be there twice"));
}

BOOST_AUTO_TEST_CASE(says_that_a_file_with_records_is_gone) {
  auto o = options("", 50);
  process_source s(o);
  const auto some = read_all(s, std::nullopt, 2);
  fs::remove_all(directory);
  fs::create_directory(directory);
  BOOST_TEST(has(read_until_failure(options(), some.positions.back()).failure, "bad_data: "));
}

BOOST_AUTO_TEST_CASE(begins_where_the_run_before_has_ended) {
  process_source first(options("LAST=20\n"));
  const auto read = read_all(first);
  auto o = options();
  const auto ended = process_position::parse(read.positions.back()).watermark();
  o.first_position = [ended](const std::stop_token&) { return ended; };
  process_source next(o);
  BOOST_TEST(read_all(next).ids == numbers(21, 35), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(removes_what_was_held_back_once_it_must_be_durable) {
  auto o = options("LAST=400\n", 100);
  o.spool = std::make_shared<interval_spool>(posix_file_system(), directory, 1000);
  process_source s(o);
  s.open(std::nullopt, {});
  std::size_t most = 0;
  while (const auto b = s.read()) {
    most = std::max(most, spools());
    if (b->last) {
      break;
    }
  }
  s.close();
  BOOST_TEST(most < 8u);
  interval_spool::remove_all(posix_file_system(), directory);
  BOOST_TEST(spools() == 0u);
}

BOOST_AUTO_TEST_CASE(that_cannot_be_opened_again_gives_no_positions) {
  auto o = options();
  o.replay = record_replay::is_impossible;
  process_source s(o);
  const auto read = read_all(s);
  BOOST_TEST(read.ids == numbers(1, 35), boost::test_tools::per_element());
  BOOST_TEST(read.positions.front() == "");
  BOOST_TEST(has(read_until_failure(o, process_position().to_text()).failure, "config"));
}

BOOST_AUTO_TEST_CASE(knows_when_another_version_of_the_stream_would_be_there_twice) {
  const std::string versions = R"(
record() { printf '{"type":"RECORD","stream":"numbers","version":%d,"record":{"id":%d}}\n' $1 $2; }
state() { printf '{"type":"STATE","value":{"at":%d}}\n' $1; }
record 1 1; state 1; record 2 1; state 2; exit 0
)";
  const auto broken = read_until_failure(options(versions));
  BOOST_TEST(broken.read.ids == numbers(1, 1), boost::test_tools::per_element());
  BOOST_TEST(has(broken.failure, "version was 1 and is 2 now"));
  auto keyed = options(versions);
  keyed.replay = record_replay::meets_key;
  BOOST_TEST(read_until_failure(keyed).failure == "");
}

BOOST_AUTO_TEST_CASE(sets_records_aside_that_are_none_or_fails) {
  const std::string odd =
      R"(echo '{"type":"RECORD","stream":"numbers","record":{"id":NaN}}'; echo '{"type":"STATE","value":{}}'; exit 0
)";
  const auto read = read_until_failure(options(odd));
  BOOST_TEST(read.failure == "");
  BOOST_TEST(read.read.ids.size() == 1u);
  auto strict = options(odd);
  strict.set_aside = false;
  BOOST_TEST(has(read_until_failure(strict).failure, "bad_data"));
}

BOOST_AUTO_TEST_SUITE_END()
