#include "signals.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <functional>
#include <future>

using ingest::app::signal_watcher;

namespace {

/// Runs `body` in a process of its own, because signals and _exit() concern all of one. The exit code is that of
/// `body`, or 128 + n for a death by signal n.
int in_a_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    ::_exit(body());
  }
  int status = 0;
  BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signals_to_the_program)

BOOST_AUTO_TEST_CASE(call_back_once_for_the_first) {
  for (const int number : {SIGINT, SIGTERM}) {
    BOOST_TEST(in_a_child([&] {
                 std::promise<int> received;
                 const signal_watcher watcher([&](int n) { received.set_value(n); });
                 ::kill(::getpid(), number);
                 return received.get_future().get() == number ? 0 : 1;
               }) == 0);
  }
}

BOOST_AUTO_TEST_CASE(leave_at_once_for_the_second) {
  BOOST_TEST(in_a_child([] {
               std::promise<void> received;
               const signal_watcher watcher([&](int) { received.set_value(); });
               ::kill(::getpid(), SIGINT);
               received.get_future().wait();
               ::kill(::getpid(), SIGTERM);
               for (;;) {
                 ::pause();
               }
               return 0;
             }) == 128 + SIGTERM);
}

BOOST_AUTO_TEST_CASE(that_come_too_late_for_one_watcher_are_heard_by_the_next_one) {
  BOOST_TEST(in_a_child([] {
               std::promise<void> received;
               {
                 const signal_watcher done_with_its_work([&](int) { received.set_value(); });
                 ::kill(::getpid(), SIGTERM);
                 received.get_future().wait();
               }
               std::promise<int> again;
               const signal_watcher watcher([&](int n) { again.set_value(n); });
               return again.get_future().get() == SIGTERM ? 0 : 1;
             }) == 0);
}

BOOST_AUTO_TEST_CASE(change_nothing_after_the_watcher_and_broken_pipes_never_kill) {
  BOOST_TEST(in_a_child([] {
               bool called = false;
               {
                 const signal_watcher watcher([&](int) { called = true; });
               }
               ::kill(::getpid(), SIGTERM);
               int ends[2];
               if (::pipe(ends) != 0) {
                 return 1;
               }
               ::close(ends[0]);
               return ::write(ends[1], "x", 1) < 0 && !called ? 0 : 2;
             }) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
