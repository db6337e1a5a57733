#include "buffer/disk_buffer.hpp"

#include <boost/test/unit_test.hpp>

#include "support/faulty_file_system.hpp"
#include "support/sample_pages.hpp"
#include "support/scratch_dir.hpp"
#include "support/simulated_disk.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

struct on_disk {
  scratch_dir directory;

  disk_buffer open(std::uint64_t segment_bytes = 1 << 20, const disk_buffer::prior& known = {}) {
    return {posix_file_system(), {directory.path(), segment_bytes, 1 << 20}, sample_run(), known};
  }
  disk_buffer::contents inspect() const { return disk_buffer::inspect(posix_file_system(), directory.path()); }
};

auto code_is(errc code) {
  return [code](const error& e) { return e.code() == code; };
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(disk_buffer_appends, on_disk)

BOOST_AUTO_TEST_CASE(numbers_the_pages_of_each_slice_from_one_and_places_them_end_to_end) {
  auto buffer = open();
  const page first = buffer.append(0, sample_batch(1));
  const page second = buffer.append(3, sample_batch(2));
  BOOST_TEST(first.id == 1u);
  BOOST_TEST(second.id == 1u);
  BOOST_TEST((second.slice == 3));
  BOOST_TEST(buffer.append({"invoices", "2026-01"}, sample_batch(3)).id == 1u);
  BOOST_TEST(buffer.append(3, sample_batch(4)).id == 2u);
  BOOST_TEST(second.offset == first.length);
  BOOST_TEST(second.rows == 2u);
  BOOST_TEST(second.position == "after 2");
  BOOST_TEST(buffer.progress(3).pages == 2u);
  BOOST_TEST(buffer.progress({"invoices", "2026-01"}).pages == 1u);
  BOOST_TEST(buffer.bytes() == 4 * first.length);
}

BOOST_AUTO_TEST_CASE(leaves_segments_of_nothing_but_what_was_appended) {
  auto buffer = open();
  append_samples(buffer, 1, 2);
  BOOST_TEST(text_of(directory / "events_buffer.000001.tsv") == *sample_batch(1).data + *sample_batch(2).data);
}

BOOST_AUTO_TEST_CASE(calls_a_page_durable_only_after_sync) {
  auto buffer = open();
  append_samples(buffer, 1, 3);
  BOOST_TEST(buffer.unsynced_pages() == 3u);
  buffer.sync();
  BOOST_TEST(buffer.unsynced_pages() == 0u);
  append_samples(buffer, 4, 4);
  BOOST_TEST(buffer.unsynced_pages() == 1u);
}

BOOST_AUTO_TEST_CASE(creates_no_file_before_the_first_page) {
  const auto buffer = open();
  BOOST_TEST(std::filesystem::is_empty(directory.path()));
  BOOST_TEST(buffer.open_segment() == 0u);
}

BOOST_AUTO_TEST_CASE(opens_a_new_segment_once_one_is_full) {
  auto buffer = open(1);
  const auto pages = append_samples(buffer, 1, 3);
  BOOST_TEST(pages[0].segment == 1u);
  BOOST_TEST(pages[1].segment == 2u);
  BOOST_TEST(pages[2].segment == 3u);
  BOOST_TEST(pages[2].offset == 0u);
  BOOST_TEST(buffer.unsynced_pages() == 1u);  // sealing synced the others
  BOOST_TEST(buffer.open_segment() == 3u);
  buffer.sync();
  BOOST_TEST(buffer.open_segment() == 0u);  // it is full, so all of it may be deleted
}

BOOST_AUTO_TEST_CASE(goes_on_in_a_new_segment_after_being_opened_again) {
  {
    auto buffer = open();
    append_samples(buffer, 1, 3);
    buffer.sync();
  }
  auto buffer = open();
  BOOST_TEST(buffer.recovered().size() == 3u);
  BOOST_TEST(buffer.progress(0).pages == 3u);
  BOOST_TEST(buffer.unsynced_pages() == 0u);
  const page next = buffer.append(0, sample_batch(4));
  BOOST_TEST(next.id == 4u);
  BOOST_TEST(next.segment == 2u);
}

BOOST_AUTO_TEST_CASE(recovers_every_field_of_a_page) {
  std::vector<page> written;
  {
    auto buffer = open();
    batch strange = sample_batch(1, 7);
    strange.position = std::string("line\nquote\"zero\0byte\xFF", 21);
    strange.last = true;
    written.push_back(buffer.append(9, strange));
    batch empty;
    empty.position = std::string(64 << 10, 'p');
    written.push_back(buffer.append({"a stream\n", std::string("\0\xFF", 2)}, empty));
    buffer.seal();
  }
  BOOST_TEST((inspect().pages == written));
  BOOST_TEST((*inspect().identity == sample_run()));
}

BOOST_AUTO_TEST_CASE(tells_where_the_slices_stand_that_its_segments_have_pages_of) {
  {
    auto buffer = open(1);
    append_samples(buffer, 1, 2);
    batch end = sample_batch(3);
    end.last = true;
    buffer.append(7, end);
    append_samples(buffer, 4, 4);
    buffer.seal();
    for (std::uint64_t segment = 1; segment < 4; ++segment) {
      buffer.release(segment);
    }
  }
  auto buffer = open();
  const slice_progress zero = buffer.progress(0);
  BOOST_TEST(zero.position == "after 4");
  BOOST_TEST(zero.pages == 3u);
  BOOST_TEST(zero.rows == 6u);
  BOOST_TEST(!zero.done);
  BOOST_TEST(!buffer.progress(7).done, "what was released the state knows, or the ledger");
  BOOST_TEST(buffer.progress(8).pages == 0u);
}

BOOST_AUTO_TEST_CASE(forgets_slices_that_are_over_once_their_pages_are_released) {
  auto buffer = open(1);
  append_samples(buffer, 1, 1);
  batch end = sample_batch(2);
  end.last = true;
  buffer.append(7, end);
  buffer.leave(7);
  buffer.seal();
  BOOST_TEST(buffer.progress(7).done);
  buffer.release(1);
  BOOST_TEST(buffer.slices().size() == 2u);
  buffer.release(2);
  BOOST_TEST(buffer.slices().size() == 1u);
  BOOST_TEST(buffer.progress(0).pages == 1u, "it goes on");
}

BOOST_AUTO_TEST_CASE(remembers_a_slice_that_is_over_as_long_as_a_reader_may_ask_for_it) {
  auto buffer = open(1);
  batch end = sample_batch(1);
  end.last = true;
  buffer.append(7, end);
  buffer.seal();
  buffer.release(1);
  BOOST_TEST(buffer.progress(7).done);
  buffer.leave(7);
  BOOST_TEST(buffer.slices().empty());
}

BOOST_AUTO_TEST_CASE(goes_on_with_a_slice_where_others_know_it_has_come_to) {
  auto buffer = open();
  buffer.learn({5, 3, "after 3", false, 6});
  const page next = buffer.append(5, sample_batch(4));
  BOOST_TEST(next.id == 4u);
  buffer.learn({5, 2, "after 2", false, 4});
  BOOST_TEST(buffer.progress(5).position == "after 4", "it knows better");
  buffer.seal();
  BOOST_TEST(inspect().slices.front().rows == 8u);
}

BOOST_AUTO_TEST_CASE(starts_from_what_others_know_when_its_segments_are_gone) {
  const slice_progress known{5, 40, "after 40", false, 80};
  auto buffer = open(1 << 20, {6, {known}});
  BOOST_TEST((buffer.progress(5) == known));
  const page next = buffer.append(5, sample_batch(41));
  BOOST_TEST(next.id == 41u);
  BOOST_TEST(next.segment == 7u);
  BOOST_TEST(inspect().slices.front().pages == 41u);
  BOOST_TEST(inspect().slices.front().rows == 82u);
}

BOOST_AUTO_TEST_CASE(prefers_its_own_index_where_that_knows_more) {
  {
    auto buffer = open();
    append_samples(buffer, 1, 5);
    buffer.sync();
  }
  auto buffer = open(1 << 20, {1, {{0, 3, "after 3", false, 6}}});
  BOOST_TEST(buffer.progress(0).position == "after 5");
  BOOST_TEST(buffer.progress(0).pages == 5u);
}

BOOST_AUTO_TEST_CASE(refuses_the_buffer_of_another_pipeline_run_or_plan) {
  {
    auto buffer = open();
    append_samples(buffer, 1, 1);
    buffer.sync();
  }
  const auto open_as = [&](const run_identity& who) { disk_buffer(posix_file_system(), {directory.path()}, who, {}); };
  auto who = sample_run();
  who.pipeline = "other";
  BOOST_CHECK_EXCEPTION(open_as(who), error, code_is(errc::bad_data));
  who = sample_run();
  who.run_id[0] = 'f';
  BOOST_CHECK_EXCEPTION(open_as(who), error, code_is(errc::bad_data));
  who = sample_run();
  who.plan = "four slices";
  BOOST_CHECK_EXCEPTION(open_as(who), error, code_is(errc::config));
}

BOOST_AUTO_TEST_CASE(refuses_a_position_that_is_too_long) {
  auto buffer = open();
  batch endless = sample_batch(1);
  endless.position = std::string((64 << 10) + 1, 'p');
  BOOST_CHECK_EXCEPTION(buffer.append(0, endless), error, code_is(errc::bad_data));
}

BOOST_AUTO_TEST_CASE(goes_on_in_another_segment_once_one_is_sealed) {
  auto buffer = open();
  append_samples(buffer, 1, 1);
  buffer.seal();
  BOOST_TEST(buffer.unsynced_pages() == 0u);
  BOOST_TEST(buffer.open_segment() == 0u);
  BOOST_TEST(buffer.append(0, sample_batch(2)).segment == 2u);
}

BOOST_AUTO_TEST_CASE(deletes_segments_in_any_order_and_twice) {
  auto buffer = open(1);
  append_samples(buffer, 1, 3);
  const auto before = buffer.bytes();
  buffer.release(2);
  buffer.release(2);
  BOOST_TEST(buffer.bytes() < before);
  BOOST_TEST(!std::filesystem::exists(directory / segment_file_name(2)));
  BOOST_TEST(!std::filesystem::exists(directory / index_file_name(2)));
  BOOST_TEST(inspect().pages.size() == 2u);
  BOOST_CHECK_EXCEPTION(buffer.release(3), error, code_is(errc::internal));
}

BOOST_AUTO_TEST_CASE(counts_its_bytes_against_the_quota_also_after_recovery) {
  const auto size = sample_batch(1).bytes().size();
  const auto cost = size + 16 * (256 + sample_batch(1).position.size());
  const auto open_with_quota = [&] {
    return disk_buffer(posix_file_system(), {directory.path(), 1, 2 * cost}, sample_run(), {});
  };
  {
    auto buffer = open_with_quota();
    append_samples(buffer, 1, 2);
    BOOST_TEST(!buffer.over_quota());
    append_samples(buffer, 3, 3);
    BOOST_TEST(buffer.over_quota());
    buffer.sync();
  }
  auto buffer = open_with_quota();
  BOOST_TEST(buffer.bytes() == 3 * size);
  BOOST_TEST(buffer.over_quota());
  buffer.release(1);
  BOOST_TEST(!buffer.over_quota());
}

BOOST_AUTO_TEST_CASE(counts_a_segment_that_is_kept_against_the_quota_no_more) {
  const auto size = sample_batch(1).bytes().size();
  disk_buffer buffer(posix_file_system(), {directory.path(), 1, size}, sample_run(), {});
  append_samples(buffer, 1, 1);
  buffer.seal();
  BOOST_TEST(buffer.over_quota());
  buffer.keep(1);
  BOOST_TEST(!buffer.over_quota());
  BOOST_TEST(buffer.bytes() == size);
  BOOST_TEST(inspect().pages.size() == 1u);
}

BOOST_AUTO_TEST_CASE(counts_what_a_page_takes_in_memory_against_the_quota) {
  disk_buffer buffer(posix_file_system(), {directory.path(), 1 << 20, 8192}, sample_run(), {});
  batch tiny;
  tiny.data = std::make_shared<const std::string>("1\t{}\n");
  tiny.records = 1;
  tiny.position = "p";
  buffer.append(0, tiny);
  BOOST_TEST(!buffer.over_quota());
  tiny.position = std::string(1'000, 'p');
  buffer.append(0, tiny);
  BOOST_TEST(buffer.over_quota());
}

BOOST_AUTO_TEST_CASE(makes_a_new_segments_names_durable_before_its_first_page) {
  faulty_file_system files(posix_file_system());
  disk_buffer buffer(files, {directory.path()}, sample_run(), {});
  append_samples(buffer, 1, 1);
  buffer.sync();
  const std::vector<std::string> expected = {
      "create events_buffer.000001.tsv", "create events_buffer.000001.idx",
      "append events_buffer.000001.idx", "sync events_buffer.000001.tsv",
      "sync events_buffer.000001.idx",   "sync_directory " + directory.path().filename().string(),
      "append events_buffer.000001.tsv", "append events_buffer.000001.idx",
      "sync events_buffer.000001.tsv",   "sync events_buffer.000001.idx"};
  BOOST_TEST(files.journal() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(ends_a_segment_of_very_many_pages) {
  simulated_disk disk;
  disk_buffer buffer(disk, {"/data"}, sample_run(), {});
  batch tiny;
  tiny.position = "p";
  for (int i = 0; i < 16'384; ++i) {
    buffer.append(0, tiny);
  }
  BOOST_TEST(buffer.append(0, tiny).segment == 2u);
}

BOOST_AUTO_TEST_CASE(syncs_nothing_when_nothing_is_new) {
  faulty_file_system files(posix_file_system());
  disk_buffer buffer(files, {directory.path()}, sample_run(), {});
  append_samples(buffer, 1, 1);
  buffer.sync();
  const auto operations = files.operations();
  buffer.sync();
  BOOST_TEST(files.operations() == operations);
}

BOOST_AUTO_TEST_SUITE_END()
