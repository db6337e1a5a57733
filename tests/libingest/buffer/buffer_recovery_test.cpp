#include <boost/test/unit_test.hpp>

#include "buffer/disk_buffer.hpp"
#include "buffer/range_reader.hpp"
#include "core/crc32c.hpp"
#include "support/sample_pages.hpp"
#include "support/simulated_disk.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

const std::filesystem::path directory = "/data";

std::filesystem::path data(std::uint64_t segment) {
  return directory / segment_file_name(segment);
}
std::filesystem::path index(std::uint64_t segment) {
  return directory / index_file_name(segment);
}

disk_buffer open(file_system& files, std::uint64_t segment_bytes = 1 << 20) {
  return {files, {directory, segment_bytes}, sample_run(), {}};
}

disk_buffer::contents inspect(file_system& files) {
  return disk_buffer::inspect(files, directory);
}

/// Segment 1 with pages 1 and 2 durable, and 3 to 5 written after a sync, none of them known to be durable.
struct buffer_with_tail {
  simulated_disk disk;
  std::vector<page> pages;
  std::string whole_data;
  std::string whole_index;
  std::size_t synced_index = 0;

  buffer_with_tail() {
    auto buffer = open(disk);
    pages = append_samples(buffer, 1, 2);
    buffer.sync();
    synced_index = disk.contents(index(1)).size();
    for (const page& p : append_samples(buffer, 3, 5)) {
      pages.push_back(p);
    }
    whole_data = disk.contents(data(1));
    whole_index = disk.contents(index(1));
  }

  /// The pages that lie whole in the first `data_bytes` and `index_bytes` of the two files.
  std::size_t whole_pages(std::size_t data_bytes, std::size_t index_bytes) const {
    const std::size_t record = (whole_index.size() - synced_index) / 3;
    std::size_t count = 2 + (index_bytes - synced_index) / record;
    while (pages[count - 1].offset + pages[count - 1].length > data_bytes) {
      --count;
    }
    return count;
  }

  /// Recovers and checks that just the first `expected` pages are there, then and after a second recovery.
  void recovers(std::size_t expected) {
    const std::vector<page> wanted(pages.begin(), pages.begin() + static_cast<std::ptrdiff_t>(expected));
    BOOST_REQUIRE((inspect(disk).pages == wanted));
    BOOST_REQUIRE((open(disk).recovered() == wanted));
    const auto after_once = disk.files();
    BOOST_REQUIRE((open(disk).recovered() == wanted));
    BOOST_REQUIRE((disk.files() == after_once));
    BOOST_REQUIRE(inspect(disk).torn_bytes == 0u);
    auto buffer = open(disk);
    BOOST_REQUIRE(buffer.progress(0).position == pages[expected - 1].position);
    BOOST_REQUIRE(buffer.append(0, sample_batch(9)).id == expected + 1);
  }
};

auto says(const std::string& file, const std::string& which, const std::string& offset) {
  return [=](const error& e) {
    const std::string text = e.what();
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST((e.code() == errc::bad_data));
      BOOST_TEST(text.find(file) != std::string::npos);
      BOOST_TEST(text.find(which) != std::string::npos);
      BOOST_TEST(text.find("offset " + offset) != std::string::npos);
    }
    return true;
  };
}

auto is_bad_data(const error& e) {
  return e.code() == errc::bad_data;
}

void flip(std::string& bytes, std::size_t at) {
  bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(buffer_recovery_of_a_torn_tail)

BOOST_AUTO_TEST_CASE(cuts_an_index_that_ends_at_any_byte_of_the_tail) {
  const buffer_with_tail shape;
  for (std::size_t size = shape.synced_index; size <= shape.whole_index.size(); ++size) {
    buffer_with_tail b;
    b.disk.contents(index(1)).resize(size);
    const auto expected = b.whole_pages(b.whole_data.size(), size);
    const auto torn = inspect(b.disk).torn_bytes;
    BOOST_REQUIRE((torn == 0) == (expected == 5));
    b.recovers(expected);
  }
}

BOOST_AUTO_TEST_CASE(cuts_an_index_that_ends_within_the_records_of_a_slice_and_its_first_page) {
  const slice_id fresh("invoices", "2026-01");
  std::size_t synced = 0;
  std::size_t whole = 1;
  for (std::size_t size = 0; synced + size <= whole; ++size) {
    simulated_disk disk;
    {
      auto buffer = open(disk);
      append_samples(buffer, 1, 1);
      buffer.sync();
      synced = disk.contents(index(1)).size();
      buffer.append(fresh, sample_batch(2));
    }
    whole = disk.contents(index(1)).size();
    disk.contents(index(1)).resize(synced + size);
    auto buffer = open(disk);
    const bool is_there = synced + size == whole;
    BOOST_REQUIRE(buffer.recovered().size() == (is_there ? 2u : 1u));
    BOOST_REQUIRE(buffer.append(fresh, sample_batch(3)).id == (is_there ? 2u : 1u));
    BOOST_REQUIRE(inspect(disk).torn_bytes == 0u);
  }
}

BOOST_AUTO_TEST_CASE(cuts_data_that_ends_at_any_byte_of_the_tail) {
  const buffer_with_tail shape;
  for (std::size_t size = shape.pages[2].offset; size <= shape.whole_data.size(); ++size) {
    buffer_with_tail b;
    b.disk.contents(data(1)).resize(size);
    b.recovers(b.whole_pages(size, b.whole_index.size()));
  }
}

BOOST_AUTO_TEST_CASE(cuts_a_tail_of_zeros) {
  const buffer_with_tail shape;
  for (std::size_t from = shape.synced_index; from < shape.whole_index.size(); ++from) {
    buffer_with_tail b;
    std::fill(b.disk.contents(index(1)).begin() + static_cast<std::ptrdiff_t>(from), b.disk.contents(index(1)).end(),
              '\0');
    b.disk.contents(index(1)).append(4096, '\0');
    b.recovers(b.whole_pages(b.whole_data.size(), from));
  }
  for (std::size_t from = shape.pages[2].offset; from < shape.whole_data.size(); ++from) {
    buffer_with_tail b;
    std::fill(b.disk.contents(data(1)).begin() + static_cast<std::ptrdiff_t>(from), b.disk.contents(data(1)).end(),
              '\0');
    b.recovers(b.whole_pages(from, b.whole_index.size()));
  }
}

BOOST_AUTO_TEST_CASE(cuts_off_data_that_no_record_describes) {
  buffer_with_tail b;
  b.disk.contents(data(1)) += "half a row";
  BOOST_TEST(inspect(b.disk).torn_bytes == 10u);
  b.recovers(5);
  BOOST_TEST(b.disk.contents(data(1)) == b.whole_data);
}

BOOST_AUTO_TEST_CASE(drops_whole_pages_behind_one_that_is_not) {
  buffer_with_tail b;
  flip(b.disk.contents(data(1)), b.pages[3].offset);
  b.recovers(3);
}

BOOST_AUTO_TEST_CASE(removes_a_segment_whose_creation_was_interrupted) {
  std::size_t whole = 1;
  for (std::size_t size = 0; size <= whole; ++size) {
    simulated_disk disk;
    {
      auto buffer = open(disk, 1);
      append_samples(buffer, 1, 2);
      buffer.seal();
    }
    whole = disk.contents(index(2)).size();
    disk.contents(index(2)).resize(size);
    disk.contents(data(2)).clear();
    auto buffer = open(disk);
    BOOST_REQUIRE(buffer.recovered().size() == 1u);
    BOOST_REQUIRE(!disk.exists(index(2)));
    BOOST_REQUIRE(!disk.exists(data(2)));
    BOOST_REQUIRE(buffer.append(0, sample_batch(2)).id == 2u);
  }
}

BOOST_AUTO_TEST_CASE(removes_data_whose_index_was_not_created_yet) {
  buffer_with_tail b;
  b.disk.create(data(2));
  BOOST_TEST(open(b.disk).recovered().size() == 5u);
  BOOST_TEST(!b.disk.exists(data(2)));
}

BOOST_AUTO_TEST_CASE(finishes_an_interrupted_deletion_and_still_learns_from_the_index) {
  simulated_disk disk;
  {
    auto buffer = open(disk, 1);
    append_samples(buffer, 1, 3);
    buffer.seal();
  }
  disk.remove(data(1));
  disk.remove(data(3));
  auto buffer = open(disk);
  BOOST_TEST(buffer.recovered().size() == 1u);
  BOOST_TEST(buffer.recovered().front().id == 2u);
  BOOST_TEST(buffer.progress(0).position == "after 3");
  BOOST_TEST(disk.list(directory).size() == 2u);
  BOOST_TEST(buffer.append(0, sample_batch(4)).segment == 4u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(buffer_recovery_of_damage)

BOOST_AUTO_TEST_CASE(refuses_a_flipped_bit_in_the_data_of_a_durable_page) {
  buffer_with_tail b;
  flip(b.disk.contents(data(1)), b.pages[1].offset + 3);
  const auto where = says("/data/events_buffer.000001.tsv", "page 2 of slice 0", std::to_string(b.pages[1].offset));
  BOOST_CHECK_EXCEPTION(inspect(b.disk), error, where);
  const auto before = b.disk.files();
  BOOST_CHECK_EXCEPTION(open(b.disk), error, where);
  BOOST_TEST((b.disk.files() == before));
}

BOOST_AUTO_TEST_CASE(refuses_data_that_ends_within_a_durable_page) {
  buffer_with_tail b;
  b.disk.contents(data(1)).resize(b.pages[1].offset + 1);
  BOOST_CHECK_EXCEPTION(open(b.disk), error,
                        says("000001.tsv", "page 2 of slice 0", std::to_string(b.pages[1].offset)));
}

BOOST_AUTO_TEST_CASE(refuses_any_flipped_bit_in_the_record_of_a_durable_page) {
  const buffer_with_tail shape;
  const std::size_t record = (shape.whole_index.size() - shape.synced_index) / 3;
  const std::size_t second = shape.synced_index - record;
  for (std::size_t at = second; at < shape.synced_index; ++at) {
    buffer_with_tail b;
    flip(b.disk.contents(index(1)), at);
    BOOST_CHECK_EXCEPTION(open(b.disk), error, says("000001.idx", "behind page 1 of slice 0", std::to_string(second)));
  }
}

BOOST_AUTO_TEST_CASE(refuses_any_flipped_bit_in_the_header_or_the_record_of_a_slice_of_a_segment_with_pages) {
  const buffer_with_tail shape;
  const std::size_t record = (shape.whole_index.size() - shape.synced_index) / 3;
  for (std::size_t at = 0; at < shape.synced_index - 2 * record; ++at) {
    buffer_with_tail b;
    flip(b.disk.contents(index(1)), at);
    BOOST_CHECK_EXCEPTION(open(b.disk), error, is_bad_data);
  }
}

BOOST_AUTO_TEST_CASE(refuses_a_lost_index) {
  buffer_with_tail b;
  b.disk.remove(index(1));
  BOOST_CHECK_EXCEPTION(open(b.disk), error, is_bad_data);
}

BOOST_AUTO_TEST_CASE(refuses_anything_but_whole_records_in_a_sealed_segment) {
  for (const bool in_index : {true, false}) {
    simulated_disk disk;
    {
      auto buffer = open(disk, 1);
      append_samples(buffer, 1, 2);
    }
    std::string& bytes = disk.contents(in_index ? index(1) : data(1));
    bytes.pop_back();
    BOOST_CHECK_EXCEPTION(
        open(disk), error,
        says(in_index ? "000001.idx" : "000001.tsv", in_index ? "first page" : "page 1 of slice 0", ""));
  }
}

BOOST_AUTO_TEST_CASE(leaves_the_bytes_of_sealed_segments_to_whoever_loads_them) {
  simulated_disk disk;
  {
    auto buffer = open(disk, 1);
    append_samples(buffer, 1, 2);
  }
  flip(disk.contents(data(1)), 0);
  const auto pages = open(disk).recovered();
  BOOST_REQUIRE(pages.size() == 2u);
  range_reader reader(disk, directory);
  BOOST_CHECK_EXCEPTION(reader.read({{pages[0]}}), error, says("000001.tsv", "page 1 of slice 0", "0"));
}

BOOST_AUTO_TEST_CASE(refuses_segments_that_were_renamed_or_mixed) {
  simulated_disk disk;
  {
    auto buffer = open(disk, 1);
    append_samples(buffer, 1, 2);
  }
  disk.rename(data(1), data(8));
  disk.rename(index(1), index(8));
  BOOST_CHECK_EXCEPTION(open(disk), error, is_bad_data);
}

BOOST_AUTO_TEST_CASE(does_not_take_a_record_of_another_segment_for_its_own) {
  simulated_disk disk;
  {
    auto buffer = open(disk, 1);
    append_samples(buffer, 1, 2);
    buffer.seal();
  }
  // What a disk may show behind the end of a file after a power failure: old blocks.
  disk.contents(index(2)) += disk.contents(index(1));
  BOOST_TEST(open(disk).recovered().size() == 2u);
}

BOOST_AUTO_TEST_CASE(refuses_a_buffer_in_the_format_before_and_says_who_can_read_it) {
  buffer_with_tail b;
  std::string& bytes = b.disk.contents(index(1));
  constexpr std::size_t version_at = 8, length_at = 12;
  bytes[version_at] = 1;
  const std::size_t end = static_cast<unsigned char>(bytes[length_at]) - 4u;
  const std::uint32_t crc = crc32c(std::string_view(bytes).substr(0, end));
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[end + i] = static_cast<char>(crc >> (8 * i));
  }
  const auto refusal = [](const error& e) {
    return e.code() == errc::bad_data &&
           std::string(e.what()) ==
               "/data/events_buffer.000001.idx has format version 1, this program reads version "
               "2; finish the run with the program that began it";
  };
  BOOST_CHECK_EXCEPTION(inspect(b.disk), error, refusal);
  const auto before = b.disk.files();
  BOOST_CHECK_EXCEPTION(open(b.disk), error, refusal);
  BOOST_TEST((b.disk.files() == before));
}

BOOST_AUTO_TEST_CASE(refuses_a_page_that_does_not_follow_the_one_before_in_its_slice) {
  simulated_disk disk;
  {
    disk_buffer buffer(disk, {directory}, sample_run(), {});
    append_samples(buffer, 1, 2);
    buffer.seal();
  }
  // As of a process that did not know how far the slice had come.
  simulated_disk other;
  {
    disk_buffer buffer(other, {directory}, sample_run(), {1, {}});
    append_samples(buffer, 1, 1);
    buffer.seal();
  }
  disk.create(data(2))->append(other.contents(data(2)));
  disk.create(index(2))->append(other.contents(index(2)));
  BOOST_CHECK_EXCEPTION(open(disk), error, [](const error& e) {
    const std::string text = e.what();
    return e.code() == errc::bad_data && text.find("000002.idx: slice 0 goes on with page 1,") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(ignores_files_that_are_not_its_own) {
  buffer_with_tail b;
  for (const char* name :
       {"ingestion.state", "events_buffer.1.tsv", "events_buffer.000001.tsv.bak", "events_buffer..idx"}) {
    b.disk.create(directory / name)->append("something");
  }
  b.recovers(5);
}

BOOST_AUTO_TEST_SUITE_END()
