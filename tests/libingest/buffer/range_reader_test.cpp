#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "buffer/disk_buffer.hpp"
#include "buffer/range_reader.hpp"
#include "support/sample_pages.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

struct filled_buffer {
  scratch_dir directory;
  disk_buffer buffer{posix_file_system(), {directory.path(), 200}, sample_run(), {}};
  std::vector<page> pages = append_samples(buffer, 1, 8);
  range_reader reader{posix_file_system(), directory.path()};

  filled_buffer() { buffer.sync(); }

  /// The range of all pages of a segment.
  range all_of(std::uint64_t segment) const {
    range r;
    for (const page& p : pages) {
      if (p.segment == segment) {
        r.pages.push_back(p);
      }
    }
    return r;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(range_reader_reads, filled_buffer)

BOOST_AUTO_TEST_CASE(returns_the_bytes_of_several_pages_as_one_batch) {
  const range r = all_of(1);
  BOOST_REQUIRE(r.pages.size() > 1u);
  const batch read = reader.read(r);
  std::string expected;
  for (const page& p : r.pages) {
    expected += sample_batch(static_cast<int>(p.id)).bytes();
  }
  BOOST_TEST(read.bytes() == expected);
  BOOST_TEST(read.records == 2 * r.pages.size());
  BOOST_TEST(read.position == r.pages.back().position);
  BOOST_TEST((read.pages == r.pages));
}

BOOST_AUTO_TEST_CASE(reads_pages_in_the_middle_and_moves_between_segments) {
  for (const page& p : {pages[7], pages[1], pages[6], pages[0]}) {
    BOOST_TEST(reader.read({{p}}).bytes() == sample_batch(static_cast<int>(p.id)).bytes());
  }
}

BOOST_AUTO_TEST_CASE(holds_no_segment_whose_deletion_is_to_make_room) {
  reader.read(all_of(1));
  buffer.release(1);
  for (const auto& descriptor : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the iterator's own descriptor
    const std::string open = std::filesystem::read_symlink(descriptor.path(), gone).string();
    BOOST_TEST(open.find(segment_file_name(1)) == std::string::npos, open);
  }
}

BOOST_AUTO_TEST_CASE(reads_a_segment_that_is_still_written_to) {
  const page before = buffer.append(0, sample_batch(9));
  buffer.sync();
  BOOST_TEST(reader.read({{before}}).bytes() == sample_batch(9).bytes());
  const page after = buffer.append(0, sample_batch(10));
  buffer.sync();
  BOOST_REQUIRE(after.segment == before.segment);
  BOOST_TEST(reader.read({{after}}).bytes() == sample_batch(10).bytes());
}

BOOST_AUTO_TEST_CASE(reads_pages_without_bytes) {
  batch nothing;
  nothing.position = "on";
  const page p = buffer.append(0, nothing);
  buffer.sync();
  const batch read = reader.read({{p}});
  BOOST_TEST(read.bytes().empty());
  BOOST_TEST(read.position == "on");
}

BOOST_AUTO_TEST_CASE(refuses_bytes_that_do_not_match_and_says_where) {
  const auto path = directory / segment_file_name(1);
  std::string text = text_of(path);
  text[pages[1].offset + 1] = '?';
  put_text(path, text);
  BOOST_CHECK_EXCEPTION(reader.read(all_of(1)), error, [&](const error& e) {
    const std::string what = e.what();
    return e.code() == errc::bad_data && what.find(path.string()) != std::string::npos &&
           what.find("page 2 ") != std::string::npos &&
           what.find("offset " + std::to_string(pages[1].offset)) != std::string::npos;
  });
  BOOST_TEST(reader.read({{pages[0]}}).records == 2u);
}

BOOST_AUTO_TEST_CASE(refuses_a_segment_that_ends_too_early) {
  std::filesystem::resize_file(directory / segment_file_name(1), pages[0].length);
  BOOST_CHECK_EXCEPTION(reader.read(all_of(1)), error, [](const error& e) { return e.code() == errc::bad_data; });
}

BOOST_AUTO_TEST_CASE(fails_cleanly_when_the_segment_is_gone) {
  buffer.release(1);
  BOOST_CHECK_EXCEPTION(reader.read(all_of(1)), error, [](const error& e) { return e.code() == errc::io; });
}

BOOST_AUTO_TEST_SUITE_END()
