/// Pipelines as programs that embed them put them together: on real threads, with real files.

#include "ingest/actors/pipeline_builder.hpp"

#include <boost/test/unit_test.hpp>
#include <future>

#include "ingest/sinks/callback_sink.hpp"
#include "ingest/sinks/file_sink.hpp"
#include "ingest/sinks/memory_sink.hpp"
#include "ingest/sources/memory_source.hpp"
#include "ingest/stop.hpp"
#include "ingest/transforms/map_transform.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::testing;
using actors::pipeline_builder;

namespace {

constexpr std::size_t record_count = 500;

std::vector<std::string> records() {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < record_count; ++i) {
    all.push_back(std::to_string(i) + "\n");
  }
  return all;
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += line;
  }
  return text;
}

source_factory source_of_records() {
  return [](slice_id) { return std::make_unique<memory_source>(records()); };
}

actors::restart_policy hurried(std::size_t max_restarts) {
  actors::restart_policy policy;
  policy.max_restarts = max_restarts;
  policy.first_delay = std::chrono::milliseconds(1);
  return policy;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(building_pipelines)

BOOST_AUTO_TEST_CASE(objects_of_the_caller_are_used_and_left_to_him) {
  memory_source from(records());
  memory_sink to;
  const auto result = pipeline_builder().from(from).to(to).run();
  BOOST_TEST(result.ok());
  BOOST_TEST(result.batches == record_count);
  BOOST_TEST(to.text() == text_of(records()));
}

BOOST_AUTO_TEST_CASE(a_source_object_that_nobody_opened_is_closed_when_the_run_is_over) {
  class closed_source final : public source {
   public:
    explicit closed_source(int& closes) : closes_(closes) {}
    void open(const std::optional<std::string>&, std::stop_token) override {}
    std::optional<batch> read() override { return std::nullopt; }
    void close() noexcept override { ++closes_; }

   private:
    int& closes_;
  };
  const scratch_dir scratch;
  const auto closes_of = [&](bool stop_before) {
    int closes = 0;
    closed_source from(closes);
    callback_sink to([](const batch&) {});
    auto pipeline =
        pipeline_builder().from(from).to(to).durable({.directory = scratch / "data", .pipeline = "nothing"}).build();
    if (stop_before) {
      pipeline.stop();
    }
    pipeline.run();
    return closes;  // while the pipeline still exists
  };
  BOOST_TEST(closes_of(true) == 1);
  BOOST_TEST(closes_of(false) == 1);
  BOOST_TEST(closes_of(false) == 1, "where the run is complete already");
}

BOOST_AUTO_TEST_CASE(one_object_for_several_slices_or_loaders_is_refused) {
  memory_source from(records());
  memory_sink to;
  BOOST_CHECK_THROW(pipeline_builder().from(from).to(to).slices(2).build(), error);
  BOOST_CHECK_THROW(pipeline_builder().from(source_of_records()).build(), error);
  BOOST_CHECK_THROW(pipeline_builder().to(to).build(), error);
}

BOOST_AUTO_TEST_CASE(a_sink_that_fails_twice_is_replaced_and_gets_what_it_had_not_taken) {
  std::vector<std::string> taken;
  int failures = 2;
  const auto make = [&](std::size_t) {
    return std::make_unique<callback_sink>([&](const batch& b) {
      if (taken.size() == record_count / 2 && failures-- > 0) {
        throw error(errc::unavailable, "the target is away");
      }
      taken.emplace_back(b.bytes());
    });
  };
  const auto result = pipeline_builder().from(source_of_records()).to(make).restarts(hurried(3)).run();
  BOOST_TEST(result.ok());
  BOOST_TEST(taken == records());
  BOOST_TEST(result.records == record_count);
}

BOOST_AUTO_TEST_CASE(a_file_whose_making_fails_is_made_anew_from_the_beginning) {
  const scratch_dir scratch;
  int failures = 2;
  class failing_file final : public sink {
   public:
    failing_file(std::filesystem::path path, int& failures) : file_(std::move(path)), failures_(failures) {}
    void open(std::stop_token stop) override { file_.open(std::move(stop)); }
    write_outcome write(const batch& b) override {
      if (++writes_ == 100 && failures_-- > 0) {
        throw error(errc::unavailable, "the file server is away");
      }
      return file_.write(b);
    }
    void finalize() override { file_.finalize(); }
    void abort(const error& why) override { file_.abort(why); }
    commit_point commits() const override { return file_.commits(); }

   private:
    file_sink file_;
    int& failures_;
    int writes_ = 0;
  };
  const auto make = [&](std::size_t) { return std::make_unique<failing_file>(scratch / "out", failures); };
  const auto result = pipeline_builder().from(source_of_records()).to(make).restarts(hurried(3)).run();
  BOOST_TEST(result.ok());
  BOOST_TEST(text_of(scratch / "out") == text_of(records()));
  BOOST_TEST(result.records == record_count);
}

BOOST_AUTO_TEST_CASE(a_sink_that_commits_at_the_end_can_have_one_loader_only) {
  const auto make = [](std::size_t) { return std::make_unique<memory_sink>(); };
  const auto result = pipeline_builder().from(source_of_records()).to(make, 2).run();
  BOOST_TEST((result.status == stream_status::failed));
  BOOST_TEST((result.failure->code() == errc::config));
}

BOOST_AUTO_TEST_CASE(parallel_transforms_keep_the_order_of_the_input) {
  memory_sink to;
  const auto twice = [](batch b) {
    b.data = std::make_shared<const std::string>(std::string(b.bytes()) + std::string(b.bytes()));
    return b;
  };
  const auto make = [&](slice_id) { return transform_list{std::make_shared<map_transform>(twice, calls::parallel)}; };
  memory_source from(records());
  const auto result = pipeline_builder().from(from).transforms(make, 3).to(to).run();
  BOOST_TEST(result.ok());
  std::string wanted;
  for (const std::string& line : records()) {
    wanted += line + line;
  }
  BOOST_TEST(to.text() == wanted);
}

BOOST_AUTO_TEST_CASE(a_started_pipeline_can_be_watched_stopped_and_waited_for) {
  std::promise<void> entered;
  std::atomic<bool> first = true;
  class waiting_sink final : public sink {
   public:
    explicit waiting_sink(std::function<void()> on_write) : on_write_(std::move(on_write)) {}
    void open(std::stop_token stop) override { stop_ = std::move(stop); }
    write_outcome write(const batch&) override {
      on_write_();
      wait_for(std::chrono::hours(1), stop_);
      throw error(errc::cancelled, "stopped");
    }
    void finalize() override {}
    void abort(const error&) override {}

   private:
    std::function<void()> on_write_;
    std::stop_token stop_;
  };
  auto pipeline = pipeline_builder()
                      .from(source_of_records())
                      .to([&](std::size_t) {
                        return std::make_unique<waiting_sink>([&] {
                          if (first.exchange(false)) {
                            entered.set_value();
                          }
                        });
                      })
                      .build();
  BOOST_TEST(!pipeline.snapshot().running);
  BOOST_CHECK_THROW(pipeline.wait(), error);
  pipeline.start();
  BOOST_CHECK_THROW(pipeline.start(), error);
  entered.get_future().wait();
  BOOST_TEST(pipeline.snapshot().running);
  BOOST_TEST(pipeline.snapshot().loaders == 1u);
  BOOST_TEST(pipeline.snapshot().bytes_in_flight > 0u);
  pipeline.stop("that is enough");
  const auto result = pipeline.wait();
  BOOST_TEST((result.status == stream_status::aborted));
  BOOST_TEST(std::string(result.failure->what()) == "that is enough");
  BOOST_TEST(!pipeline.snapshot().running);
  BOOST_TEST(pipeline.snapshot().loaders == 0u);
}

BOOST_AUTO_TEST_CASE(a_durable_pipeline_that_was_stopped_goes_on_where_it_stood) {
  const scratch_dir scratch;
  std::string taken;
  stop_switch stop;
  const auto run = [&](bool stop_in_the_middle) {
    durable_run_options durable;
    durable.directory = scratch / "data";
    durable.pipeline = "numbers";
    pipeline_builder builder;
    builder.from(source_of_records()).durable(durable);
    builder.to(
        [&](std::size_t) { return std::make_unique<callback_sink>([&](const batch& b) { taken += b.bytes(); }); });
    if (stop_in_the_middle) {
      builder.spec().stop = stop.signal();
      builder.transforms([&](slice_id) {
        return transform_list{std::make_shared<map_transform>([&](batch b) {
          if (b.bytes() == "250\n") {
            stop.request("enough for today");
          }
          return b;
        })};
      });
    }
    return builder.run();
  };
  const auto first = run(true);
  BOOST_TEST((first.status == stream_status::aborted));
  BOOST_TEST(text_of(records()).starts_with(taken));
  BOOST_TEST(taken.size() < text_of(records()).size());
  BOOST_TEST(run(false).ok());
  BOOST_TEST(taken == text_of(records()));
  BOOST_TEST(run(false).ok());
  BOOST_TEST(taken == text_of(records()), "a complete run was repeated");
}

BOOST_AUTO_TEST_CASE(a_durable_buffer_refuses_a_sink_that_commits_at_the_end) {
  const scratch_dir scratch;
  durable_run_options durable;
  durable.directory = scratch / "data";
  durable.pipeline = "numbers";
  pipeline_builder builder;
  builder.from(source_of_records()).durable(durable);
  builder.to([](std::size_t) { return std::make_unique<memory_sink>(); });
  const auto result = builder.run();
  BOOST_TEST((result.status == stream_status::failed));
  BOOST_TEST((result.failure->code() == errc::config));
}

BOOST_AUTO_TEST_SUITE_END()
