#include <boost/test/unit_test.hpp>

#include "buffer/disk_buffer.hpp"
#include "support/faulty_file_system.hpp"
#include "support/sample_pages.hpp"
#include "support/simulated_disk.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

const std::filesystem::path directory = "/data";

struct faulty_buffer {
  simulated_disk disk;
  faulty_file_system files{disk};
  disk_buffer buffer{files, {directory, 1 << 20}, sample_run(), {}};

  disk_buffer::contents found() { return disk_buffer::inspect(disk, directory); }
};

auto code_is(errc code, bool transient) {
  return [=](const error& e) { return e.code() == code && e.transient() == transient; };
}

const auto is_no_space = code_is(errc::no_space, true);
const auto is_io = code_is(errc::io, false);

}  // namespace

BOOST_FIXTURE_TEST_SUITE(buffer_on_a_full_disk, faulty_buffer)

BOOST_AUTO_TEST_CASE(is_as_before_after_a_page_that_did_not_fit_and_takes_it_when_space_returns) {
  const std::size_t longest = sample_batch(3).bytes().size() + 1;
  for (const std::uint64_t nth : {1, 2}) {  // the data, the record
    for (std::size_t written = 0; written < longest; ++written) {
      faulty_buffer b;
      append_samples(b.buffer, 1, 2);
      const auto before = b.disk.files();
      b.files.fail_append({nth, written});
      BOOST_REQUIRE_EXCEPTION(b.buffer.append(0, sample_batch(3)), error, is_no_space);
      BOOST_REQUIRE((b.disk.files() == before));
      BOOST_REQUIRE(b.buffer.unsynced_pages() == 2u);
      BOOST_REQUIRE(b.buffer.progress(0).pages == 2u);
      BOOST_REQUIRE(b.buffer.append(0, sample_batch(3)).id == 3u);
      b.buffer.seal();
      BOOST_REQUIRE(b.found().pages.size() == 3u);
      BOOST_REQUIRE(b.found().torn_bytes == 0u);
    }
  }
}

BOOST_AUTO_TEST_CASE(may_be_tried_any_number_of_times) {
  append_samples(buffer, 1, 1);
  files.fail_append({1, 5, errc::no_space, true});
  for (int attempt = 0; attempt < 10; ++attempt) {
    BOOST_CHECK_EXCEPTION(buffer.append(0, sample_batch(2)), error, is_no_space);
  }
  BOOST_TEST(buffer.unsynced_pages() == 1u);
  buffer.sync();  // what is there can still be made durable
  BOOST_TEST(buffer.unsynced_pages() == 0u);
  files.heal();
  BOOST_TEST(buffer.append(0, sample_batch(2)).id == 2u);
}

BOOST_AUTO_TEST_CASE(leaves_nothing_of_a_segment_that_could_not_be_created) {
  files.fail_create(errc::no_space);  // no inode
  BOOST_CHECK_EXCEPTION(buffer.append(0, sample_batch(1)), error, is_no_space);
  BOOST_TEST(disk.files().empty());
  files.heal();
  files.fail_append({1, 20});  // no room for the header
  BOOST_CHECK_EXCEPTION(buffer.append(0, sample_batch(1)), error, is_no_space);
  BOOST_TEST(disk.files().empty());
  BOOST_TEST(buffer.append(0, sample_batch(1)).segment == 1u);
}

BOOST_AUTO_TEST_CASE(keeps_what_was_sealed_when_the_next_segment_does_not_fit) {
  disk_buffer small(files, {directory, 1}, sample_run(), {});
  append_samples(small, 1, 1);
  files.fail_create(errc::no_space);
  BOOST_CHECK_EXCEPTION(small.append(0, sample_batch(2)), error, is_no_space);
  BOOST_TEST(small.progress(0).pages == 1u);
  BOOST_TEST(small.unsynced_pages() == 0u);
  BOOST_TEST(small.open_segment() == 0u);
  small.release(1);  // which is what makes room
  files.heal();
  BOOST_TEST(small.append(0, sample_batch(2)).segment == 2u);
}

BOOST_AUTO_TEST_CASE(is_unusable_when_the_rest_of_a_page_cannot_be_taken_back) {
  append_samples(buffer, 1, 2);
  buffer.sync();
  files.fail_append({1, 5});
  files.fail_truncate();
  BOOST_CHECK_EXCEPTION(buffer.append(0, sample_batch(3)), error, is_io);
  files.heal();
  BOOST_CHECK_EXCEPTION(buffer.append(0, sample_batch(3)), error, is_io);
  disk_buffer again(files, {directory}, sample_run(), {});
  BOOST_TEST(again.recovered().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(buffer_on_a_failing_disk, faulty_buffer)

BOOST_AUTO_TEST_CASE(never_syncs_a_file_again_whose_sync_failed) {
  for (const std::string file : {"events_buffer.000001.tsv", "events_buffer.000001.idx"}) {
    faulty_buffer b;
    append_samples(b.buffer, 1, 2);
    b.files.fail_sync(file);
    BOOST_CHECK_EXCEPTION(b.buffer.sync(), error, is_io);
    BOOST_TEST(b.buffer.unsynced_pages() == 2u);
    const auto syncs = b.files.syncs();
    for (int attempt = 0; attempt < 3; ++attempt) {
      BOOST_CHECK_EXCEPTION(b.buffer.sync(), error, is_io);
      BOOST_CHECK_EXCEPTION(b.buffer.append(0, sample_batch(3)), error, is_io);
      BOOST_CHECK_EXCEPTION(b.buffer.seal(), error, is_io);
    }
    BOOST_TEST((b.files.syncs() == syncs));
  }
}

BOOST_AUTO_TEST_CASE(recovers_only_what_was_durable_before_a_failed_sync) {
  append_samples(buffer, 1, 2);
  buffer.sync();
  append_samples(buffer, 3, 4);
  files.fail_sync(".tsv");
  BOOST_CHECK_EXCEPTION(buffer.sync(), error, is_io);
  // The page cache still had pages 3 and 4, but the disk has refused them.
  BOOST_TEST(disk_buffer(files, {directory}, sample_run(), {}).progress(0).pages == 2u);
}

BOOST_AUTO_TEST_CASE(does_not_begin_a_segment_that_could_not_be_made_durable) {
  files.fail_sync("events_buffer.000001.idx");
  BOOST_CHECK_EXCEPTION(buffer.append(0, sample_batch(1)), error, is_io);
  BOOST_CHECK_EXCEPTION(buffer.append(0, sample_batch(1)), error, is_io);
  disk_buffer again(files, {directory}, sample_run(), {});
  BOOST_TEST(again.append(0, sample_batch(1)).id == 1u);
}

BOOST_AUTO_TEST_CASE(does_not_open_when_recovered_pages_cannot_be_made_durable) {
  append_samples(buffer, 1, 2);
  files.fail_sync(".idx");
  BOOST_CHECK_EXCEPTION(disk_buffer(files, {directory}, sample_run(), {}), error, is_io);
}

BOOST_AUTO_TEST_CASE(is_unusable_after_a_write_error_and_recovers_what_was_written_before) {
  append_samples(buffer, 1, 2);
  files.fail_append({2, 30, errc::io});
  BOOST_CHECK_EXCEPTION(buffer.append(0, sample_batch(3)), error, is_io);
  BOOST_CHECK_EXCEPTION(buffer.append(0, sample_batch(3)), error, is_io);
  BOOST_CHECK_EXCEPTION(buffer.sync(), error, is_io);
  BOOST_TEST(found().torn_bytes > 0u);
  disk_buffer again(files, {directory}, sample_run(), {});
  BOOST_TEST(again.recovered().size() == 2u);
  BOOST_TEST(found().torn_bytes == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
