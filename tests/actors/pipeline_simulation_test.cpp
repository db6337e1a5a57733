/// The real actors under a simulated scheduler: each seed is another order of messages, time-outs and kills.

#include <boost/test/unit_test.hpp>
#include <random>

#include "support/simulated_run.hpp"

using namespace ingest;
using namespace ingest::testing;
using actors::stage_id;
using actors::stage_kind;

namespace {

struct world {
  explicit world(std::uint64_t seed) : world(make_pages(seed)) {}
  explicit world(std::vector<std::vector<std::size_t>> pages) : input(std::move(pages)) {}

  actors::pipeline_spec spec() {
    auto s = scripted_spec(input, target, files);
    s.restarts.max_restarts = 1'000;
    return s;
  }

  /// Also with fewer readers than slices, which then take one after the other.
  actors::pipeline_spec spec_of_some_readers(std::uint64_t seed) {
    auto s = spec();
    s.readers = seed % (input.slices() + 1);
    return s;
  }

  void expect_everything_once() {
    BOOST_TEST((target.rows() == input.rows()), "the target does not hold each row exactly once");
    BOOST_TEST(input.open_sources == 0, "a source was left open");
    BOOST_TEST(target.violations == 0, "a sink was used after its end");
  }

  scripted_input input;
  scripted_target target;
  memory_file_system files;

 private:
  static std::vector<std::vector<std::size_t>> make_pages(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::vector<std::size_t>> pages(1 + random() % 3);
    for (auto& slice : pages) {
      slice.resize(random() % 12);
      for (auto& rows : slice) {
        rows = random() % 30;
      }
    }
    return pages;
  }
};

constexpr std::uint64_t seeds = 1'000;

}  // namespace

BOOST_AUTO_TEST_SUITE(simulated_pipeline)

BOOST_AUTO_TEST_CASE(every_order_of_messages_loads_each_row_once) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      world w(seed);
      simulated_run run(seed, w.spec_of_some_readers(seed));
      const auto result = run.run();
      BOOST_TEST((result.status == stream_status::success));
      w.expect_everything_once();
      BOOST_TEST(w.target.finalized == 2, "each of the two sinks is finalized once");
      BOOST_TEST(w.target.aborted == 0);
      BOOST_TEST((state_store(w.files, "/data").load()->status == run_status::complete));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_stage_killed_at_any_moment_loses_nothing_and_repeats_nothing) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      world w(seed);
      simulated_run run(seed, w.spec_of_some_readers(seed));
      std::size_t kills = 0;
      const auto result = run.run([&] {
        if (kills < 8 && run.random(20) == 0) {
          run.kill_any();
          ++kills;
        }
      });
      BOOST_TEST((result.status == stream_status::success));
      w.expect_everything_once();
      BOOST_TEST(w.target.aborted <= w.target.made - w.target.finalized, "a sink had two ends");
    }
  }
}

BOOST_AUTO_TEST_CASE(each_kind_of_stage_killed_in_turn_is_replaced) {
  for (const stage_kind kind :
       {stage_kind::reader, stage_kind::buffer_writer, stage_kind::loader, stage_kind::checkpoint}) {
    for (std::uint64_t moment = 1; moment <= 60; ++moment) {
      BOOST_TEST_CONTEXT("stage " << to_string(stage_id{kind, 0}) << ", moment " << moment) {
        world w(4);
        simulated_run run(moment, w.spec());
        const auto result = run.run([&] {
          if (run.delivered() == moment) {
            run.kill({kind, 0});
          }
        });
        BOOST_TEST((result.status == stream_status::success));
        w.expect_everything_once();
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(bytes_in_flight_never_exceed_the_credit_also_across_restarts) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      world w(seed);
      auto spec = w.spec();
      const auto window = static_cast<std::int64_t>(spec.credit_bytes / spec.slices);
      constexpr std::int64_t largest_page = scripted_input::cost_of_page(29);  // one larger than the window goes alone
      const std::int64_t bound = std::max(window, largest_page);
      std::int64_t worst = 0;
      // When a reader reads it has nothing in hand, so all that lives is in flight.
      w.input.before_read = [&](slice_id s) { worst = std::max(worst, w.input.live_cost(s.number())); };
      simulated_run run(seed, std::move(spec));
      run.run([&] {
        for (std::size_t s = 0; s < w.input.slices(); ++s) {
          BOOST_TEST_REQUIRE(w.input.live_cost(s) <= bound + largest_page);
        }
        if (run.random(40) == 0) {
          run.kill_any();
        }
      });
      BOOST_TEST(worst <= bound);
      w.expect_everything_once();
    }
  }
}

BOOST_AUTO_TEST_CASE(transient_failures_and_lost_answers_of_source_and_sink_are_survived) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      world w(seed);
      std::mt19937_64 random(seed);
      const auto sometimes = [&] {
        if (random() % 7 == 0) {
          throw error(errc::unavailable, "scripted outage");
        }
      };
      w.input.before_read = [&](slice_id) { sometimes(); };
      w.target.before_write = sometimes;
      w.target.after_commit = sometimes;
      w.target.before_finalize = sometimes;
      simulated_run run(seed, w.spec_of_some_readers(seed));
      BOOST_TEST((run.run().status == stream_status::success));
      w.expect_everything_once();
      BOOST_TEST(w.target.made == w.target.finalized + w.target.aborted, "each sink has exactly one end");
    }
  }
}

BOOST_AUTO_TEST_CASE(an_error_that_no_restart_mends_aborts_once_and_the_next_run_completes) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      world w(seed);
      std::mt19937_64 random(seed);
      w.target.before_write = [&] {
        if (random() % 4 == 0) {
          throw error(errc::config, "the table is gone");
        }
      };
      bool aborted = false;
      {
        simulated_run run(seed, w.spec_of_some_readers(seed));
        const auto result = run.run();
        aborted = result.status == stream_status::failed;
        if (aborted) {
          BOOST_TEST((result.failure->code() == errc::config));
          BOOST_TEST(w.target.finalized == 0);
          BOOST_TEST((state_store(w.files, "/data").load()->error == "the table is gone"));
        }
        BOOST_TEST(w.target.made == w.target.finalized + w.target.aborted, "each sink has exactly one end");
      }
      w.target.before_write = [] {};
      simulated_run again(seed + 1'000, w.spec_of_some_readers(seed));
      BOOST_TEST((again.run().status == stream_status::success));
      w.expect_everything_once();
    }
  }
}

BOOST_AUTO_TEST_CASE(a_stop_at_any_moment_ends_in_order_and_the_next_run_goes_on) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      world w(seed);
      const std::uint64_t moment = seed % 90;
      {
        simulated_run run(seed, w.spec_of_some_readers(seed));
        const auto result = run.run([&] {
          if (run.delivered() == moment) {
            run.stop();
          }
        });
        const bool stopped = result.status == stream_status::aborted;
        BOOST_TEST((stopped || result.status == stream_status::success));
        BOOST_TEST(w.target.made == w.target.finalized + w.target.aborted, "each sink has exactly one end");
        BOOST_TEST(w.input.open_sources == 0);
      }
      simulated_run again(seed + 1'000, w.spec_of_some_readers(seed));
      BOOST_TEST((again.run().status == stream_status::success));
      w.expect_everything_once();
    }
  }
}

BOOST_AUTO_TEST_CASE(a_stage_that_always_fails_is_given_up_after_three_restarts) {
  for (const bool in_source : {true, false}) {
    world w(4);
    const auto fail = [] { throw error(errc::unavailable, "never works"); };
    if (in_source) {
      w.input.before_read = [&](slice_id) { fail(); };
    } else {
      w.target.before_write = fail;
    }
    auto spec = w.spec();
    spec.restarts.max_restarts = 3;
    const auto counters = spec.metrics;
    simulated_run run(1, std::move(spec));
    const auto result = run.run();
    BOOST_TEST((result.status == stream_status::failed));
    BOOST_TEST(result.failure->exit_code() == 70);
    BOOST_TEST(counters->restarts == 3u);
    BOOST_TEST(w.target.finalized == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_buffer_over_its_quota_makes_fetching_wait_for_loading) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      world w(seed);
      auto spec = scripted_spec(w.input, w.target, w.files, 350);
      spec.restarts.max_restarts = 1'000;
      const auto counters = spec.metrics;
      simulated_run run(seed, std::move(spec));
      std::uint64_t most = 0;
      const auto result = run.run([&] {
        most = std::max<std::uint64_t>(most, counters->bytes_buffered);
        if (seed % 2 == 0 && run.random(60) == 0) {
          run.kill_any();
        }
      });
      BOOST_TEST((result.status == stream_status::success));
      BOOST_TEST((seed % 2 == 0 || counters->restarts == 0), "waiting is no failure");
      // What was in flight when the quota was reached may still come: a window or a large page per slice.
      BOOST_TEST(most <= 350 + w.input.slices() * (200 + 4 * 174) * 2);
      w.expect_everything_once();
    }
  }
}

BOOST_AUTO_TEST_CASE(a_full_disk_makes_fetching_wait_until_segments_are_deleted_or_room_is_made) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      world w(seed);
      w.files.capacity = 2'500;
      auto spec = w.spec();
      const auto counters = spec.metrics;
      simulated_run run(seed, std::move(spec));
      const auto result = run.run([&] {
        // Segments alone may not make enough room beside the index and the state: more comes after a while.
        w.files.capacity += run.random(10);
      });
      BOOST_TEST((result.status == stream_status::success));
      BOOST_TEST(counters->restarts == 0, "waiting is no failure");
      w.expect_everything_once();
    }
  }
}

BOOST_AUTO_TEST_CASE(a_disk_that_is_full_again_and_again_is_not_given_up_while_pages_find_room) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      world w(std::vector(3, std::vector<std::size_t>(10, 20)));
      w.files.capacity = 2'500;
      auto spec = w.spec();
      spec.buffer->keep_segments = true;  // so that room comes from here only
      // Enough for each page, and not for all that have to wait one behind the other.
      spec.buffer->space_deadline = std::chrono::seconds(20);
      spec.restarts.max_restarts = 0;
      const auto counters = spec.metrics;
      simulated_run run(seed, std::move(spec));
      std::uint64_t appended = 0;
      std::size_t waited = 0;
      const auto result = run.run([&] {
        const std::uint64_t before = std::exchange(appended, counters->bytes_appended);
        waited = appended == before ? waited + 1 : 0;
        if (waited % 6 == 5) {
          w.files.capacity += 300;
        }
      });
      BOOST_TEST((result.status == stream_status::success), (result.failure ? result.failure->what() : ""));
      w.expect_everything_once();
    }
  }
}

BOOST_AUTO_TEST_CASE(a_disk_that_stays_full_is_given_up_and_the_next_run_goes_on) {
  world w(4);
  w.files.capacity = 1'500;
  w.target.before_write = [] { throw error(errc::unavailable, "no loading, so no room"); };
  {
    auto spec = w.spec();
    spec.restarts.max_restarts = 1'000'000;
    simulated_run run(1, std::move(spec));
    const auto result = run.run([] {}, 10'000'000);
    BOOST_TEST((result.status == stream_status::failed));
    BOOST_TEST(result.failure->exit_code() == 74);
  }
  w.files.capacity = 1'000'000;
  w.target.before_write = [] {};
  simulated_run again(2, w.spec());
  BOOST_TEST((again.run().status == stream_status::success));
  w.expect_everything_once();
}

BOOST_AUTO_TEST_CASE(loaded_segments_are_deleted_and_a_complete_run_leaves_none) {
  world w(4);
  simulated_run run(1, w.spec());
  run.run();
  for (const std::string& name : w.files.list("/data")) {
    BOOST_TEST(name == "ingestion.state");
  }
}

BOOST_AUTO_TEST_SUITE_END()
