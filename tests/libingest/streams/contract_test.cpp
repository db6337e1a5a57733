#include "ingest/testing/contract.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "ingest/sinks/memory_sink.hpp"
#include "ingest/sources/memory_source.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

/// Passes calls on, unless a test breaks one of them.
class forwarding_sink : public sink {
 public:
  explicit forwarding_sink(sink& to) : to_(to) {}
  void open(std::stop_token stop) override { to_.open(std::move(stop)); }
  write_outcome write(const batch& b) override { return to_.write(b); }
  void finalize() override { to_.finalize(); }
  void abort(const error& why) override { to_.abort(why); }

 protected:
  sink& to_;
};

class forwarding_source : public source {
 public:
  explicit forwarding_source(source& from) : from_(from) {}
  void open(const std::optional<std::string>& position, std::stop_token stop) override {
    from_.open(position, std::move(stop));
  }
  std::optional<batch> read() override { return from_.read(); }
  void close() noexcept override { from_.close(); }

 protected:
  source& from_;
};

/// The plain loop, with a broken source or sink between it and what it is tested with.
template <class Source, class Sink>
engine broken() {
  return {.run =
              [](source& from, sink& to, const stream_options& options) {
                Source s(from);
                Sink t(to);
                return ingest_stream(s, t, options);
              },
          .tiny_batches = 1000};
}

std::set<std::string> violated_by(const engine& subject) {
  std::set<std::string> names;
  for (const auto& c : engine_cases()) {
    if (!check(c, subject).empty()) {
      names.insert(c.name);
    }
  }
  return names;
}

void expect_notices(const engine& subject, const std::string& name) {
  BOOST_TEST(violated_by(subject).count(name) == 1u, "nobody notices: " << name);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(contract)

BOOST_AUTO_TEST_CASE(notices_a_sink_that_is_never_aborted) {
  struct never_aborts : forwarding_sink {
    using forwarding_sink::forwarding_sink;
    void abort(const error&) override {}
  };
  const auto subject = broken<forwarding_source, never_aborts>();
  expect_notices(subject, "a sink that throws in a write is aborted and told why");
  expect_notices(subject, "nothing is written after a stop during a write");
}

BOOST_AUTO_TEST_CASE(notices_a_sink_that_is_aborted_twice) {
  struct aborts_twice : forwarding_sink {
    using forwarding_sink::forwarding_sink;
    void abort(const error& why) override {
      to_.abort(why);
      to_.abort(why);
    }
  };
  expect_notices(broken<forwarding_source, aborts_twice>(), "a sink that throws in finalize is aborted");
}

BOOST_AUTO_TEST_CASE(notices_a_sink_that_is_never_finalized) {
  struct never_finalizes : forwarding_sink {
    using forwarding_sink::forwarding_sink;
    void finalize() override {}
  };
  expect_notices(broken<forwarding_source, never_finalizes>(), "an empty stream is finalized");
}

BOOST_AUTO_TEST_CASE(notices_a_batch_that_is_written_twice) {
  struct writes_twice : forwarding_sink {
    using forwarding_sink::forwarding_sink;
    write_outcome write(const batch& b) override {
      to_.write(b);
      return to_.write(b);
    }
  };
  expect_notices(broken<forwarding_source, writes_twice>(), "everything is written, in order, and finalized");
}

BOOST_AUTO_TEST_CASE(notices_a_source_that_is_never_closed) {
  struct never_closes : forwarding_source {
    using forwarding_source::forwarding_source;
    void close() noexcept override {}
  };
  const auto subject = broken<never_closes, forwarding_sink>();
  expect_notices(subject, "everything is written, in order, and finalized");
  expect_notices(subject, "senseless options are refused before anything is opened");
}

BOOST_AUTO_TEST_CASE(notices_an_engine_that_hoards) {
  struct reads_ahead : forwarding_source {
    using forwarding_source::forwarding_source;
    std::optional<batch> read() override {
      while (auto b = from_.read()) {
        ahead.push_back(*b);
      }
      return at < ahead.size() ? std::optional(ahead[at++]) : std::nullopt;
    }
    std::vector<batch> ahead;
    std::size_t at = 0;
  };
  expect_notices(broken<reads_ahead, forwarding_sink>(), "a slow sink holds the source back");
}

BOOST_AUTO_TEST_CASE(notices_an_engine_that_does_not_stop) {
  const engine deaf{.run =
                        [](source& from, sink& to, const stream_options& options) {
                          auto without_stop = options;
                          without_stop.stop = {};
                          return ingest_stream(from, to, without_stop);
                        },
                    .tiny_batches = 1000};
  expect_notices(deaf, "a stop before the start opens nothing");
  expect_notices(deaf, "a batch is not written when the stop comes while it is transformed");
}

BOOST_AUTO_TEST_CASE(notices_a_sink_that_loses_batches) {
  memory_sink kept;
  struct loses_the_second : forwarding_sink {
    using forwarding_sink::forwarding_sink;
    write_outcome write(const batch& b) override { return ++n_ == 2 ? write_outcome() : to_.write(b); }
    int n_ = 0;
  };
  const sink_kind kind{.make =
                           [&] {
                             kept = memory_sink();
                             return std::make_unique<loses_the_second>(kept);
                           },
                       .contents = [&] { return kept.text(); }};
  BOOST_CHECK_THROW(require(sink_cases(), kind), std::logic_error);
}

BOOST_AUTO_TEST_CASE(notices_a_source_whose_positions_are_wrong) {
  class off_by_one final : public source {
   public:
    void open(const std::optional<std::string>& position, std::stop_token stop) override {
      records_.open(position, std::move(stop));
    }
    std::optional<batch> read() override {
      auto b = records_.read();
      if (b && b->position == "2") {
        b->position = "1";
      }
      return b;
    }
    void close() noexcept override { records_.close(); }

   private:
    memory_source records_{{"a", "b", "c"}};
  };
  BOOST_CHECK_THROW(require(source_cases(), {.make = [] { return std::make_unique<off_by_one>(); }}), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
