#include "ingest/durable_run.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "buffer/recovered_buffer.hpp"
#include "buffer/recovery.hpp"
#include "buffer/run_state.hpp"
#include "core/ledger_view.hpp"
#include "ingest/run_ledger.hpp"
#include "support/faulty_file_system.hpp"
#include "support/sample_pages.hpp"
#include "support/simulated_disk.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

const std::filesystem::path directory = "/data";

durable_run on(file_system& files) {
  durable_run_options o;
  o.directory = directory;
  o.pipeline = "sample";
  o.files = &files;
  return durable_run(std::move(o));
}

/// A disk with a run that has a page and a rejected row.
struct disk_with_run {
  disk_with_run() {
    durable_run run = on(disk);
    run.find();
    run.begin();
    const auto opened = run.open_buffer();
    opened.buffer->append(0, sample_batch(1, 2));
    opened.buffer->seal();
    reject("of the first run");
  }

  void reject(const std::string& text) {
    disk.create(directory / "events_rejected.ndjson");
    disk.contents(directory / "events_rejected.ndjson") = text;
    disk.sync_directory(directory);
  }
  std::string rejects(const std::string& number) { return disk.contents(directory / ("events_rejected" + number)); }
  bool has_segments() const {
    const auto names = disk.list(directory);
    return std::any_of(names.begin(), names.end(), [](const auto& n) { return n.starts_with("events_buffer."); });
  }

  simulated_disk disk;
};

/// A ledger that has another run of the pipeline, or does not answer.
class other_ledger final : public run_ledger {
 public:
  bool is_away = true;

  std::optional<ledger_view> peek(std::span<const slice_id>, std::stop_token) const override {
    if (is_away) {
      throw error(errc::unavailable, "the database is away");
    }
    ledger_view view;
    view.identity = {"sample", std::string(32, 'f'), ""};
    return view;
  }
  bool was_followed(const std::string&, std::stop_token) const override { return false; }
  void compare_with(known_pages) override {}
  ledger_view open_run(const run_identity&, bool, std::stop_token) override { return {}; }
  void expect(run_identity, bool) override {}
  bool is_open() const override { return false; }
  std::vector<slice_progress> claim(std::span<const slice_id>, outages, std::stop_token) override { return {}; }
  void expect_slices(std::uint64_t) override {}
  void complete_with(std::string) override {}
  void complete_with_slices() override {}
  std::optional<std::map<std::string, std::string>> watermarks(const std::string&, std::size_t,
                                                               std::stop_token) override {
    return std::nullopt;
  }
  std::optional<std::string> watermark(const std::string&, const std::string&, std::stop_token) override {
    return std::nullopt;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(starting_over, disk_with_run)

BOOST_AUTO_TEST_CASE(keeps_the_rejects_of_the_run_before) {
  on(disk).start_over();
  BOOST_TEST(!disk.exists(directory / "events_rejected.ndjson"));
  BOOST_TEST(rejects(".1.ndjson") == "of the first run");
  on(disk).start_over();
  BOOST_TEST(!disk.exists(directory / "events_rejected.2.ndjson"), "there were none");
  reject("of the third run");
  on(disk).start_over();
  BOOST_TEST(rejects(".1.ndjson") == "of the first run");
  BOOST_TEST(rejects(".2.ndjson") == "of the third run");
}

BOOST_AUTO_TEST_CASE(is_completed_by_the_next_start_wherever_it_was_interrupted) {
  bool crashed = true;
  for (std::uint64_t nth = 1; crashed; ++nth) {
    disk_with_run before;
    const std::string run_before = state_store(before.disk, directory).load()->identity.run_id;
    faulty_file_system files(before.disk);
    files.crash_at(nth);
    try {
      on(files).start_over();
    } catch (const error&) {
      BOOST_TEST_REQUIRE(files.crashed());
    }
    crashed = files.crashed();
    durable_run next = on(before.disk);
    const bool is_old = next.find().identity.run_id == run_before;
    BOOST_TEST((is_old || !before.has_segments()), nth);
    BOOST_TEST(before.rejects(is_old ? ".ndjson" : ".1.ndjson") == "of the first run", nth);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_run_that_gives_way)

BOOST_AUTO_TEST_CASE(can_be_begun_again_without_the_database_wherever_its_removal_was_interrupted) {
  bool crashed = true;
  for (std::uint64_t nth = 1; crashed; ++nth) {
    simulated_disk disk;
    faulty_file_system files(disk);
    const auto ledger = std::make_shared<other_ledger>();
    const auto start = [&] {
      durable_run_options o;
      o.directory = directory;
      o.pipeline = "sample";
      o.files = &files;
      o.ledger = ledger;
      o.segment_bytes = 1;
      return durable_run(std::move(o));
    };
    durable_run first = start();
    first.find();
    first.begin();
    append_samples(*first.open_buffer().buffer, 1, 3);  // in a segment each
    ledger->is_away = false;                            // and has a run of which nobody knew
    files.crash_at(nth);
    try {
      start().find();
    } catch (const error&) {
      BOOST_TEST_REQUIRE(files.crashed());
    }
    crashed = files.crashed();
    files.heal();
    ledger->is_away = true;
    durable_run next = start();
    BOOST_CHECK_NO_THROW(next.find());
    BOOST_CHECK_NO_THROW(next.begin());
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_run_that_has_brought_nothing)

BOOST_AUTO_TEST_CASE(is_replaced_by_one_with_other_settings_that_replaces_no_ledger_it_has_not_asked) {
  simulated_disk disk;
  const auto with_plan = [&](const std::string& plan) {
    durable_run_options o;
    o.directory = directory;
    o.pipeline = "sample";
    o.files = &disk;
    o.plan = plan;
    return durable_run(std::move(o));
  };
  durable_run mistyped = with_plan("a mistyped address");
  mistyped.find();
  mistyped.begin();
  durable_run corrected = with_plan("the address");
  BOOST_TEST(corrected.find().identity.plan == "the address");
  BOOST_TEST(corrected.found().identity.run_id != mistyped.found().identity.run_id);
  BOOST_TEST(!corrected.found().replaces_ledger);
}

BOOST_AUTO_TEST_SUITE_END()
