#include <fcntl.h>
#include <unistd.h>

#include <thread>

#include "ingest/sinks/callback_sink.hpp"
#include "ingest/sinks/fd_sink.hpp"
#include "ingest/sinks/memory_sink.hpp"
#include "ingest/sinks/null_sink.hpp"
#include "ingest/sinks/tee_sink.hpp"
#include "ingest/sources/memory_source.hpp"
#include "support/contract_report.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::testing;

BOOST_AUTO_TEST_SUITE(sinks)

BOOST_AUTO_TEST_CASE(in_memory_and_nowhere_keep_the_contract) {
  // The sink dies before its contents are looked at in some cases; a proxy leaves them behind.
  memory_sink kept;
  const auto make = [&] {
    kept = memory_sink();
    return std::make_unique<tee_sink>(std::vector<std::shared_ptr<sink>>{{&kept, [](sink*) {}}});
  };
  check_contract(sink_cases(), sink_kind{.make = make, .contents = [&] { return kept.text(); }});
  check_contract(sink_cases(), sink_kind{.make = [] { return std::make_unique<null_sink>(); }});
}

BOOST_AUTO_TEST_CASE(on_descriptors_keep_the_contract) {
  const scratch_dir dir;
  int fd = -1;
  const auto make = [&] {
    ::close(fd);
    fd = ::open((dir / "out").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return std::make_unique<fd_sink>(fd);
  };
  check_contract(sink_cases(), sink_kind{.make = make, .contents = [&] { return text_of(dir / "out"); }});
  ::close(fd);
}

BOOST_AUTO_TEST_CASE(that_wait_on_a_full_pipe_are_interrupted_by_a_stop) {
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  fd_sink to(ends[1]);
  memory_source from({std::string(1 << 20, 'x')});
  stop_switch stop;
  std::jthread stopper([&] {
    char first = 0;
    BOOST_TEST(::read(ends[0], &first, 1) == 1);  // the write has begun, and will not fit
    stop.request("enough");
  });
  const auto result = ingest_stream(from, to, {.stop = stop.signal()});
  BOOST_TEST((result.status == stream_status::aborted));
  stopper.join();
  ::close(ends[0]);
  ::close(ends[1]);
}

BOOST_AUTO_TEST_CASE(on_a_pipe_write_all_bytes_whoever_reads_how_slowly) {
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const std::string text(1 << 20, 'x');
  std::size_t received = 0;
  std::jthread reader([&] {
    char some[1000];
    for (ssize_t n = 0; (n = ::read(ends[0], some, sizeof some)) > 0;) {
      received += static_cast<std::size_t>(n);
    }
  });
  fd_sink to(ends[1]);
  memory_source from({text});
  BOOST_TEST(ingest_stream(from, to).ok());
  ::close(ends[1]);
  reader.join();
  BOOST_TEST(received == text.size());
  ::close(ends[0]);
}

BOOST_AUTO_TEST_CASE(of_callbacks_hand_on_batches_and_the_end) {
  std::string seen;
  callback_sink to([&](const batch& b) { seen += b.bytes(); },
                   [&](const error* why) { seen += why ? why->what() : " end"; });
  memory_source from({"a", "b"});
  BOOST_TEST(ingest_stream(from, to).ok());
  BOOST_TEST(seen == "ab end");
  ingest_stream(from, to, {.limits = {.records = 1}});
  BOOST_TEST(
      seen.starts_with("ab end"
                       "a"
                       "the stream holds too many records"));
}

BOOST_AUTO_TEST_CASE(teed_all_get_everything) {
  const auto left = std::make_shared<memory_sink>();
  const auto right = std::make_shared<memory_sink>();
  tee_sink to({left, right});
  memory_source from({"a", "b"});
  BOOST_TEST(ingest_stream(from, to).ok());
  BOOST_TEST(left->text() == "ab");
  BOOST_TEST(right->text() == "ab");
}

BOOST_AUTO_TEST_CASE(teed_are_all_ended_when_one_fails) {
  expectations e;
  const auto left = std::make_shared<recording_sink>(e);
  const auto middle = std::make_shared<recording_sink>(e);
  const auto right = std::make_shared<recording_sink>(e);
  middle->on_finalize = [] { throw error(errc::io, "full"); };
  middle->on_abort = [] { throw error(errc::io, "cannot remove"); };
  tee_sink to({left, middle, right});
  memory_source from({"a"});
  const auto result = ingest_stream(from, to);
  BOOST_TEST(result.failure->what() == std::string("full"));
  BOOST_TEST(result.abort_failure->what() == std::string("cannot remove"));
  for (const auto& s : {left, middle, right}) {
    s->end();
  }
  BOOST_TEST((left->finalizes == 1 && left->aborts == 0));
  BOOST_TEST((middle->aborts == 1 && right->aborts == 1));
  BOOST_TEST(e.unmet().empty());
  BOOST_CHECK_THROW(tee_sink({nullptr}), error);
}

BOOST_AUTO_TEST_SUITE_END()
