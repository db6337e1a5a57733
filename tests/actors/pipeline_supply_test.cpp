/// Slices that are found while the pipeline runs, many more than readers, into a real database.

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "core/ledger_view.hpp"
#include "ingest/actors/pipeline_builder.hpp"
#include "support/loading_fixture.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

constexpr int slice_count = 5'000;

std::string name_of_slice(int number) {
  return "window " + std::to_string(number);
}

class windows final : public slice_supply {
 public:
  std::optional<slice_task> next(std::stop_token) override {
    return next_ == slice_count ? std::nullopt
                                : std::optional(slice_task{{"events", name_of_slice(next_++)}, std::nullopt});
  }

 private:
  int next_ = 0;
};

/// Two pages of a row each.
class window_source final : public source {
 public:
  window_source(const slice_id& slice, std::atomic<int>& reads) : name_(slice.name()), reads_(reads) {}

  void open(const std::optional<std::string>& position, std::stop_token) override {
    next_ = position ? std::stoi(*position) : 0;
  }
  std::optional<batch> read() override {
    ++reads_;
    batch b;
    b.data = std::make_shared<const std::string>(event_row(name_ + "/" + std::to_string(next_)) + "\n");
    b.records = 1;
    b.position = std::to_string(++next_);
    b.last = next_ == 2;
    return b;
  }
  void close() noexcept override {}

 private:
  std::string name_;
  std::atomic<int>& reads_;
  int next_ = 0;
};

struct supply_fixture : loading_fixture {
  std::atomic<int> reads = 0;

  /// Stops itself after so many writes.
  stream_result run(int writes = -1) {
    const auto target = std::make_shared<postgres_target>(options());
    durable_run_options durable;
    durable.directory = directory / "data";
    durable.pipeline = identity.pipeline;
    durable.ledger = target;
    stop_switch stop;
    std::atomic<int> left = writes;
    actors::pipeline_builder builder;
    builder.spec().buffer.emplace().range_bytes = 20'000;
    return builder.from([this](const slice_id& s) { return std::make_unique<window_source>(s, reads); })
        .slices([] { return std::make_unique<windows>(); }, 4)
        .to([target](std::size_t loader) { return make_postgres_sink(target, loader); }, 2)
        .durable(durable)
        .stop_on(stop.signal())
        .on_progress([&](const stream_progress&) {
          if (--left == 0) {
            stop.request("enough for today");
          }
        })
        .run();
  }

  void expect_all_once() const {
    BOOST_TEST(rows() == 2 * slice_count);
    BOOST_TEST(number("SELECT count(*) FROM ingest.slices WHERE done AND pages = 2 AND duplicates = 0") == slice_count);
    BOOST_TEST(number("SELECT count(*) FROM ingest.slices") == slice_count);
    BOOST_TEST(number("SELECT count(*) FROM ingest.pages") == 0);
    BOOST_TEST(number("SELECT count(*) FROM ingest.pipelines WHERE complete") == 1);
    BOOST_TEST(std::filesystem::file_size(directory / "data" / "ingestion.state") < 400'000u);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_supply_of_many_slices, supply_fixture)

BOOST_AUTO_TEST_CASE(is_read_by_a_few_readers_and_kept_in_a_small_state) {
  const auto result = run();
  BOOST_TEST(result.ok(), (result.failure ? result.failure->what() : ""));
  expect_all_once();
  BOOST_TEST(reads == 2 * slice_count);

  const auto again = run();
  BOOST_TEST(again.ok(), (again.failure ? again.failure->what() : ""));
  BOOST_TEST(reads == 2 * slice_count, "what had ended was read again");
  expect_all_once();
}

BOOST_AUTO_TEST_CASE(that_was_stopped_goes_on_with_what_is_missing) {
  BOOST_TEST((run(3).status == stream_status::aborted));
  const auto result = run();
  BOOST_TEST(result.ok(), (result.failure ? result.failure->what() : ""));
  expect_all_once();
}

BOOST_AUTO_TEST_CASE(goes_on_from_the_ledger_alone) {
  BOOST_TEST((run(3).status == stream_status::aborted));
  const int loaded = rows();
  std::filesystem::remove_all(directory / "data");
  reads = 0;
  const auto result = run();
  BOOST_TEST(result.ok(), (result.failure ? result.failure->what() : ""));
  BOOST_TEST(reads <= 2 * slice_count - loaded + 8, "it began anew");
  BOOST_TEST(rows() == 2 * slice_count);
}

BOOST_AUTO_TEST_SUITE_END()
