#include "support/child_process.hpp"

#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "support/scratch_dir.hpp"

using namespace std::chrono_literals;
using ingest::testing::child_process;
using ingest::testing::run_process;

BOOST_AUTO_TEST_SUITE(child_processes_of_tests)

BOOST_AUTO_TEST_CASE(tell_exit_code_and_both_outputs_apart) {
  const auto p = run_process({"sh", "-c", "echo out; echo err >&2; exit 7"});
  BOOST_TEST(p.exit_code == 7);
  BOOST_TEST(p.out == "out\n");
  BOOST_TEST(p.err == "err\n");
}

BOOST_AUTO_TEST_CASE(see_only_the_environment_and_directory_they_were_given) {
  const ingest::testing::scratch_dir directory;
  ::setenv("INGEST_TEST_CANARY", "leaked", 1);
  const auto p =
      run_process({"sh", "-c", "echo \"$GIVEN,$INGEST_TEST_CANARY\"; pwd -P"}, {{{"GIVEN", "yes"}}, directory.path()});
  BOOST_TEST(p.out == "yes,\n" + std::filesystem::canonical(directory.path()).string() + "\n");
}

BOOST_AUTO_TEST_CASE(are_signalled_and_report_the_signal) {
  child_process p({"sh", "-c", "echo ready; exec sleep 60"});
  p.wait_for_output("ready");
  BOOST_TEST(p.running());
  p.signal(SIGTERM);
  BOOST_TEST(p.wait() == 128 + SIGTERM);
  BOOST_TEST(!p.running());
}

BOOST_AUTO_TEST_CASE(that_take_too_long_are_an_error) {
  child_process p({"sleep", "60"});
  BOOST_CHECK_THROW(p.wait(20ms), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(that_cannot_be_executed_are_an_error) {
  BOOST_CHECK_THROW(child_process({"/nonexistent/program"}), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
