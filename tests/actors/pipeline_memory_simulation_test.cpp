/// Pipelines without a durable buffer, with transforms, and with more slices than readers, under a simulated scheduler:
/// each seed is another order of messages and kills.

#include <boost/test/unit_test.hpp>
#include <random>

#include "support/simulated_run.hpp"

using namespace ingest;
using namespace ingest::testing;
using actors::stage_kind;

namespace {

constexpr std::uint64_t seeds = 250;

std::vector<std::vector<std::size_t>> make_pages(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::vector<std::size_t>> pages(1 + random() % 4);
  for (auto& slice : pages) {
    slice.resize(random() % 12);
    for (auto& rows : slice) {
      rows = random() % 30;
    }
  }
  return pages;
}

bool is_even(std::string_view row) {
  return (row.back() - '0') % 2 == 0;
}

/// Lets rows with an even number pass; drops a batch of which nothing is left. May run in parallel.
class even_rows final : public transform {
 public:
  std::optional<batch> apply(batch input) override {
    std::string kept;
    std::uint64_t rows = 0;
    const std::string_view text = input.bytes();
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t end = text.find('\n', from);
      if (is_even(text.substr(from, end - from))) {
        kept += text.substr(from, end + 1 - from);
        ++rows;
      }
      from = end + 1;
    }
    if (rows == 0) {
      return std::nullopt;
    }
    input.data = std::make_shared<const std::string>(std::move(kept));
    input.records = rows;
    return input;
  }
  bool parallel() const override { return true; }
};

/// Fails the test's expectations if a life of a slice goes on with the transforms of another.
class in_order final : public transform {
 public:
  explicit in_order(int& violations) : violations_(violations) {}
  std::optional<batch> apply(batch input) override {
    const unsigned long at = std::stoul(input.position);
    violations_ += at <= last_ ? 1 : 0;
    last_ = at;
    return input;
  }

 private:
  int& violations_;
  unsigned long last_ = 0;
};

struct world {
  explicit world(std::uint64_t seed) : input(make_pages(seed)) {}

  void configure(std::uint64_t seed, actors::pipeline_spec& s) {
    s.restarts.max_restarts = 1'000;
    s.readers = seed % (input.slices() + 1);
    if (seed % 2 == 1) {
      transformed = true;
      s.transform_workers = 2;
      s.make_transforms = [this](slice_id) {
        return transform_list{std::make_shared<even_rows>(), std::make_shared<in_order>(violations)};
      };
    }
  }

  actors::pipeline_spec in_memory(std::uint64_t seed) {
    auto s = scripted_spec_in_memory(input, target);
    configure(seed, s);
    return s;
  }

  std::map<std::string, int> wanted() const {
    auto rows = input.rows();
    if (transformed) {
      std::erase_if(rows, [](const auto& entry) { return !is_even(entry.first); });
    }
    return rows;
  }

  void expect_everything_once() {
    BOOST_TEST((target.rows() == wanted()), "the target does not hold each row exactly once");
    expect_clean_ends();
  }
  void expect_clean_ends() {
    BOOST_TEST(input.open_sources == 0, "a source was left open");
    BOOST_TEST(target.violations == 0, "a sink was used after its end");
    BOOST_TEST(violations == 0, "batches changed their order on the way through transforms");
  }

  std::int64_t live_cost() const {
    std::int64_t all = 0;
    for (std::size_t s = 0; s < input.slices(); ++s) {
      all += input.live_cost(s);
    }
    return all;
  }

  scripted_input input;
  scripted_target target;
  memory_file_system files;
  bool transformed = false;
  int violations = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(simulated_pipeline_in_memory)

BOOST_AUTO_TEST_CASE(readers_and_loaders_killed_at_any_moment_lose_nothing_and_repeat_nothing) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      world w(seed);
      auto spec = w.in_memory(seed);
      spec.loaders = 1 + seed % 3;
      const auto bound = static_cast<std::int64_t>(spec.credit_bytes) +
                         3 * static_cast<std::int64_t>(w.input.slices()) * scripted_input::cost_of_page(29);
      simulated_run run(seed, std::move(spec));
      const auto result = run.run([&] {
        BOOST_TEST_REQUIRE(w.live_cost() <= bound);
        if (run.random(20) == 0) {
          run.kill_any({stage_kind::reader, stage_kind::loader});
        }
      });
      BOOST_TEST((result.status == stream_status::success));
      BOOST_TEST(result.records == w.wanted().size());
      w.expect_everything_once();
    }
  }
}

BOOST_AUTO_TEST_CASE(with_a_sink_that_commits_at_the_end_any_stage_may_be_killed) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      world w(seed);
      w.target.commits = commit_point::finalize;
      simulated_run run(seed, w.in_memory(seed));
      std::size_t kills = 0;
      const auto result = run.run([&] {
        if (kills < 6 && run.random(25) == 0) {
          run.kill_any();
          ++kills;
        }
      });
      BOOST_TEST((result.status == stream_status::success));
      BOOST_TEST(result.records == w.wanted().size());
      BOOST_TEST(w.target.finalized == 1);
      w.expect_everything_once();
    }
  }
}

BOOST_AUTO_TEST_CASE(with_a_durable_buffer_and_transforms_any_stage_may_be_killed) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      world w(seed);
      auto spec = scripted_spec(w.input, w.target, w.files);
      w.configure(seed, spec);
      simulated_run run(seed, std::move(spec));
      std::size_t kills = 0;
      const auto result = run.run([&] {
        if (kills < 8 && run.random(20) == 0) {
          run.kill_any();
          ++kills;
        }
      });
      BOOST_TEST((result.status == stream_status::success));
      w.expect_everything_once();
    }
  }
}

BOOST_AUTO_TEST_CASE(a_stop_at_any_moment_ends_each_sink_once_and_writes_nothing_more) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      world w(seed);
      const std::uint64_t moment = seed % 120;
      simulated_run run(seed, w.in_memory(seed));
      run.let_time_stand_still();  // else the time that a sink has to be finalized may be over at once
      std::optional<std::map<std::string, int>> at_stop;
      const auto result = run.run([&] {
        if (run.delivered() == moment) {
          run.stop();
          at_stop = w.target.rows();
        }
      });
      if (result.status == stream_status::aborted) {
        BOOST_TEST((w.target.rows() == *at_stop), "something was written after the stop");
        BOOST_TEST(w.target.finalized == 0);
      } else {
        BOOST_TEST(result.ok());
        w.expect_everything_once();
      }
      BOOST_TEST(w.target.made == w.target.finalized + w.target.aborted, "each sink has exactly one end");
      w.expect_clean_ends();
    }
  }
}

BOOST_AUTO_TEST_CASE(what_a_sink_has_kept_is_not_written_again_when_the_buffer_dies) {
  std::size_t failed = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      world w(seed);
      simulated_run run(seed, w.in_memory(seed));
      const auto result = run.run([&] {
        if (run.delivered() == seed % 60) {
          run.kill_any({stage_kind::memory_buffer});
        }
      });
      for (const auto& [row, times] : w.target.rows()) {
        BOOST_TEST(times == 1, "row " << row << " was written " << times << " times");
      }
      BOOST_TEST((result.ok() || result.status == stream_status::failed));
      failed += result.ok() ? 0 : 1;
      w.expect_clean_ends();
    }
  }
  BOOST_TEST(failed > 0u, "no run was hit while it was writing");
}

BOOST_AUTO_TEST_SUITE_END()
