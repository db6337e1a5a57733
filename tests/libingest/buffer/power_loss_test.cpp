#include <boost/test/unit_test.hpp>
#include <set>

#include "buffer/disk_buffer.hpp"
#include "buffer/range_reader.hpp"
#include "support/faulty_file_system.hpp"
#include "support/sample_pages.hpp"
#include "support/simulated_disk.hpp"

using namespace ingest;
using namespace ingest::testing;
using tail = simulated_disk::tail;

namespace {

const std::filesystem::path directory = "/data";

std::vector<simulated_disk::loss> all_losses() {
  std::vector<simulated_disk::loss> losses;
  for (const tail data : {tail::lost, tail::kept, tail::half, tail::zeroed}) {
    for (const tail rest : {tail::lost, tail::kept, tail::half, tail::zeroed}) {
      for (const int names : {0, 1, 2, 3}) {
        losses.push_back({data, rest, (names & 1) != 0, (names & 2) != 0});
      }
    }
  }
  return losses;
}

using page_name = std::pair<slice_id, page_id>;

page_name name_of(const page& p) {
  return {p.slice, p.id};
}

/// Of the two slices that are appended to. What a page holds is told by its name.
int sample_of(const page_name& name) {
  return static_cast<int>(2 * name.second + name.first.number());
}

/// What a process has promised to others before it died.
struct promises {
  std::set<page_name> durable;
  std::set<page_name> released;  ///< their segments' deletion was begun
};

/// The life of a process: recovers, appends over several segments, syncs now and then, deletes the first.
void live(file_system& files, promises& made) {
  disk_buffer::prior known;
  for (const page_name& gone : made.released) {
    known.slices.push_back({gone.first, gone.second, "after " + std::to_string(sample_of(gone)), false, 0});
  }
  disk_buffer buffer(files, {directory, 200}, sample_run(), known);
  std::vector<page> pages = buffer.recovered();
  for (const page& p : pages) {
    made.durable.insert(name_of(p));
  }
  std::set<page_name> appended;
  for (int i = 0; i < 7; ++i) {
    const slice_id slice = i % 2;
    const int sample = sample_of({slice, buffer.progress(slice).pages + 1});
    pages.push_back(buffer.append(slice, sample_batch(sample, i == 3 ? 0 : 2)));
    BOOST_REQUIRE(sample_of(name_of(pages.back())) == sample);
    appended.insert(name_of(pages.back()));
    if (i % 3 == 1) {
      buffer.sync();
      made.durable.merge(appended);
    }
  }
  buffer.seal();
  made.durable.merge(appended);
  const std::uint64_t first = pages.front().segment;
  for (const page& p : pages) {
    if (p.segment == first) {
      made.released.insert(name_of(p));
    }
  }
  buffer.release(first);
}

/// Every durable page is there and holds what was appended; nothing is there that was not.
void check(file_system& files, const promises& made) {
  const auto found = disk_buffer::inspect(files, directory);
  range_reader reader(files, directory);
  std::set<page_name> there;
  for (const page& p : found.pages) {
    there.insert(name_of(p));
    const int sample = sample_of(name_of(p));
    const batch read = reader.read({{p}});
    BOOST_REQUIRE(read.bytes() == sample_batch(sample, p.rows).bytes());
    BOOST_REQUIRE(p.position == "after " + std::to_string(sample));
  }
  for (const slice_progress& slice : found.slices) {
    const page_name last(slice.slice, slice.pages);
    BOOST_REQUIRE(slice.pages == 0 || there.contains(last) || made.durable.contains(last));
  }
  for (const page_name& name : made.durable) {
    BOOST_REQUIRE(there.contains(name) || made.released.contains(name));
  }
}

bool dies(file_system& files, promises& made) {
  try {
    live(files, made);
  } catch (const error& e) {
    BOOST_REQUIRE_MESSAGE(e.code() == errc::io, e.what());
    return true;
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(power_loss)

BOOST_AUTO_TEST_CASE(takes_no_durable_page_away_wherever_it_strikes_in_two_lives) {
  std::uint64_t points = 0;
  for (const auto& loss : all_losses()) {
    bool died = true;
    for (std::uint64_t nth = 1; died; ++nth, ++points) {
      simulated_disk disk;
      faulty_file_system files(disk);
      promises made;
      BOOST_REQUIRE(!dies(files, made));  // so that the second life begins with a recovery
      files.crash_at(nth);
      died = dies(files, made);
      BOOST_TEST_CONTEXT("operation " << nth << ", data " << static_cast<int>(loss.data) << ", rest "
                                      << static_cast<int>(loss.rest) << ", names " << loss.data_names_kept
                                      << loss.rest_names_kept) {
        disk.lose_power(loss);
        check(disk, made);
        BOOST_REQUIRE(!dies(disk, made));
        check(disk, made);
      }
    }
  }
  BOOST_TEST(points > 500u);
}

BOOST_AUTO_TEST_CASE(takes_nothing_away_that_was_recovered_from_a_killed_process) {
  simulated_disk disk;
  {
    disk_buffer buffer(disk, {directory}, sample_run(), {});
    append_samples(buffer, 1, 3);
  }
  BOOST_REQUIRE(disk_buffer(disk, {directory}, sample_run(), {}).recovered().size() == 3u);
  disk.lose_power(simulated_disk::loss{});
  BOOST_TEST(disk_buffer::inspect(disk, directory).pages.size() == 3u);
}

BOOST_AUTO_TEST_CASE(during_recovery_any_number_of_times_changes_nothing_in_the_end) {
  for (const auto& loss : all_losses()) {
    for (std::uint64_t nth = 1; nth < 50; ++nth) {
      simulated_disk disk;
      promises made;
      {
        faulty_file_system files(disk);
        files.crash_at(nth);
        dies(files, made);
        disk.lose_power(loss);
      }
      const auto expected = disk_buffer::inspect(disk, directory).pages;
      for (std::uint64_t operation = 1; operation < 12; ++operation) {
        faulty_file_system files(disk);
        files.crash_at(operation);
        try {
          disk_buffer(files, {directory}, sample_run(), {});
        } catch (const error& e) {
          BOOST_REQUIRE_MESSAGE(e.code() == errc::io, e.what());
        }
        disk.lose_power(loss);
        check(disk, made);
      }
      BOOST_REQUIRE((disk_buffer::inspect(disk, directory).pages == expected));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
