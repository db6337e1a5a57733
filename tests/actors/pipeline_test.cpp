/// The pipeline as a program uses it: on real threads.

#include "ingest/actors/pipeline.hpp"
#include "buffer/run_state.hpp"

#include <boost/test/unit_test.hpp>
#include <future>

#include "ingest/stop.hpp"

#include "support/scripted_pipeline.hpp"

using namespace ingest;
using namespace ingest::testing;

BOOST_AUTO_TEST_SUITE(pipeline_on_threads)

BOOST_AUTO_TEST_CASE(loads_each_row_once) {
  scripted_input input({std::vector<std::size_t>(200, 20), std::vector<std::size_t>(50, 3), {}});
  scripted_target target;
  memory_file_system files;
  actors::pipeline pipeline(scripted_spec(input, target, files));
  const auto result = pipeline.run();
  BOOST_TEST((result.status == stream_status::success));
  BOOST_TEST((target.rows() == input.rows()));
  BOOST_TEST(target.finalized == 2);
}

BOOST_AUTO_TEST_CASE(a_supply_that_waits_for_the_slice_before_to_be_loaded_holds_nobody_up) {
  class one_after_the_other final : public slice_supply {
   public:
    explicit one_after_the_other(const scripted_target& target) : target_(target) {}
    std::optional<slice_task> next(std::stop_token stop) override {
      while (target_.rows().size() < 5u * next_) {
        throw_if_stopped(stop);
        wait_for(std::chrono::milliseconds(1), stop);
      }
      return next_ == 3 ? std::nullopt : std::optional(slice_task{next_++, std::nullopt});
    }

   private:
    const scripted_target& target_;
    std::size_t next_ = 0;
  };
  for (const bool durable : {false, true}) {
    scripted_input input({{2, 3}, {4, 1}, {5}});
    scripted_target target;
    memory_file_system files;
    auto spec = durable ? scripted_spec(input, target, files) : scripted_spec_in_memory(input, target);
    if (durable) {
      spec.buffer->range_delay = std::chrono::milliseconds(1);
    }
    spec.readers = 2;
    spec.make_slices = [&] { return std::make_unique<one_after_the_other>(target); };
    BOOST_TEST(actors::pipeline(std::move(spec)).run().ok());
    BOOST_TEST((target.rows() == input.rows()));
  }
}

BOOST_AUTO_TEST_CASE(a_stop_wakes_a_blocked_read) {
  scripted_input input({std::vector<std::size_t>{1, 1, 1}});
  scripted_target target;
  memory_file_system files;
  auto spec = scripted_spec(input, target, files);
  std::promise<void> blocked;
  class blocking_source : public source {
   public:
    explicit blocking_source(std::promise<void>& entered) : entered_(entered) {}
    void open(const std::optional<std::string>&, std::stop_token stop) override { stop_ = std::move(stop); }
    std::optional<batch> read() override {
      entered_.set_value();
      wait_for(std::chrono::hours(1), stop_);
      throw error(errc::cancelled, "stop requested");
    }
    void close() noexcept override {}

   private:
    std::promise<void>& entered_;
    std::stop_token stop_;
  };
  spec.make_source = [&](slice_id) { return std::make_unique<blocking_source>(blocked); };
  actors::pipeline pipeline(std::move(spec));
  auto result = std::async(std::launch::async, [&] { return pipeline.run(); });
  blocked.get_future().wait();
  pipeline.stop();
  BOOST_TEST((result.get().status == stream_status::aborted));
}

BOOST_AUTO_TEST_CASE(a_stop_before_the_start_ends_the_run_at_once) {
  scripted_input input({std::vector<std::size_t>{1, 1, 1}});
  scripted_target target;
  memory_file_system files;
  actors::pipeline pipeline(scripted_spec(input, target, files));
  pipeline.stop();
  BOOST_TEST((pipeline.run().status == stream_status::aborted));
}

BOOST_AUTO_TEST_CASE(a_spec_without_source_and_sink_is_refused) {
  scripted_input input({std::vector<std::size_t>{1}});
  scripted_target target;
  memory_file_system files;
  auto spec = scripted_spec(input, target, files);
  spec.make_source = nullptr;
  spec.make_sink = nullptr;
  BOOST_CHECK_THROW(actors::pipeline(std::move(spec)), error);
}

BOOST_AUTO_TEST_CASE(fetching_alone_fills_the_buffer_and_loading_alone_empties_it) {
  scripted_input input({{5, 5, 5}, {7}});
  scripted_target target;
  memory_file_system files;
  auto fetch = scripted_spec(input, target, files);
  fetch.make_sink = nullptr;
  BOOST_TEST((actors::pipeline(std::move(fetch)).run().status == stream_status::success));
  BOOST_TEST(target.rows().empty());
  BOOST_TEST(state_store(files, "/data").load()->rows_durable == 22u);
  auto load = scripted_spec(input, target, files);
  load.make_source = nullptr;
  BOOST_TEST((actors::pipeline(std::move(load)).run().status == stream_status::success));
  BOOST_TEST((target.rows() == input.rows()));
}

BOOST_AUTO_TEST_SUITE_END()
