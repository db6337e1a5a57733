#include "processes/process.hpp"

#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <thread>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "processes/command_words.hpp"
#include "support/scratch_dir.hpp"
#include "support/stderr_capture.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::processes;
using namespace ingest::testing;
using namespace std::chrono_literals;

namespace {

process_options shell(const std::string& script) {
  return {.words = {"sh", "-c", script}, .name = "tap-test", .grace = 300ms};
}

std::vector<std::string> lines_of(process& p) {
  std::vector<std::string> all;
  std::string_view line;
  for (auto how = p.next(line, 1s); how != process::reading::end; how = p.next(line, 1s)) {
    if (how == process::reading::line) {
      all.emplace_back(line);
    }
  }
  return all;
}

std::string failure_of(process_options o, std::vector<std::string>* lines = nullptr) {
  process p(std::move(o), {});
  std::string_view line;
  try {
    for (;;) {
      const auto how = p.next(line, 1s);
      if (how == process::reading::end) {
        return "";
      }
      if (how == process::reading::line && lines != nullptr) {
        lines->emplace_back(line);
      }
    }
  } catch (const error& e) {
    return std::string(name_of(e.code())) + ": " + e.what();
  }
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool is_alive(pid_t pid) {
  return ::kill(pid, 0) == 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_process)

BOOST_AUTO_TEST_CASE(gives_its_lines_as_they_are_the_last_one_without_a_break_too) {
  process p(shell("printf 'one\\ntwo\\r\\n\\nfour'"), {});
  BOOST_TEST(lines_of(p) == (std::vector<std::string>{"one", "two", "", "four"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(gives_lines_of_any_length_up_to_the_limit) {
  auto o = shell("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end");
  process p(o, {});
  const auto lines = lines_of(p);
  BOOST_REQUIRE(lines.size() == 2u);
  BOOST_TEST(lines[0].size() == 3000000u);
  o.most_line_bytes = 1000;
  BOOST_TEST(has(failure_of(o), "bad_data: tap-test has written a line of more than 1000 bytes"));
}

BOOST_AUTO_TEST_CASE(that_ends_otherwise_than_with_0_fails_with_its_last_words) {
  BOOST_TEST(failure_of(shell("echo a; echo 'no such account' >&2; exit 3")) ==
             "unavailable: tap-test has ended with exit code 3: no such account");
  BOOST_TEST(has(failure_of(shell("kill -9 $$")), "was ended by signal 9"));
}

BOOST_AUTO_TEST_CASE(that_dies_in_the_middle_of_a_line_gives_none_of_it) {
  std::vector<std::string> lines;
  BOOST_TEST(has(failure_of(shell("echo whole; printf torn; kill -9 $$"), &lines), "signal 9"));
  BOOST_TEST(lines == std::vector<std::string>{"whole"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(that_is_silent_for_too_long_is_taken_to_hang) {
  auto o = shell("echo a; exec sleep 1000");
  o.silence = 300ms;
  BOOST_TEST(has(failure_of(o), "unavailable: tap-test has written nothing for 0 s and is taken to hang"));
}

BOOST_AUTO_TEST_CASE(that_closes_its_output_and_lives_on_is_ended_and_no_success) {
  auto o = shell("echo a; exec 1>&-; exec sleep 1000");
  o.lingering = 300ms;
  std::vector<std::string> lines;
  BOOST_TEST(has(failure_of(o, &lines), "has closed its output, but lives on"));
  BOOST_TEST(lines.size() == 1u);
}

BOOST_AUTO_TEST_CASE(that_ends_and_leaves_others_behind_with_its_output_is_no_success) {
  auto o = shell("sleep 1000 & echo a");
  o.lingering = 300ms;
  BOOST_TEST(has(failure_of(o), "what it has started keeps its output open"));
}

BOOST_AUTO_TEST_CASE(is_ended_with_all_that_it_has_started_whether_it_hears_or_not) {
  for (const char* const trap : {"", "trap '' TERM;"}) {
    const scratch_dir directory;
    pid_t child = 0;
    {
      process p(shell(std::string(trap) + " sleep 1000 & echo $!; while :; do sleep 1; done"), {});
      std::string_view line;
      while (p.next(line, 1s) != process::reading::line) {
      }
      child = std::stoi(std::string(line));
      BOOST_TEST(is_alive(child));
    }
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (is_alive(child) && text_of("/proc/" + std::to_string(child) + "/stat").find(") Z ") == std::string::npos &&
           std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
    }
    BOOST_TEST((std::chrono::steady_clock::now() < until));
  }
}

BOOST_AUTO_TEST_CASE(is_left_at_once_on_a_stop) {
  std::stop_source stop;
  process p(shell("echo a; exec sleep 1000"), stop.get_token());
  std::string_view line;
  BOOST_TEST((p.next(line, 60s) == process::reading::line));
  const std::jthread stopping([&stop] { stop.request_stop(); });
  BOOST_CHECK_EXCEPTION(p.next(line, 60s), error, [](const error& e) { return e.code() == errc::cancelled; });
}

BOOST_AUTO_TEST_CASE(waits_behind_a_full_pipe_and_is_not_taken_to_hang_meanwhile) {
  auto o = shell("i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done");
  o.silence = 200ms;
  process p(o, {});
  std::string_view line;
  BOOST_TEST((p.next(line, 1s) == process::reading::line));
  const auto until = std::chrono::steady_clock::now() + 400ms;
  while (std::chrono::steady_clock::now() < until) {
    std::this_thread::yield();
  }
  BOOST_TEST(lines_of(p).size() == 19999u);
}

BOOST_AUTO_TEST_CASE(tells_the_log_what_it_says_without_secrets) {
  log::add_secret("hunter22");
  const stderr_capture log;
  process p(shell("echo 'the key is hunter22' >&2"), {});
  lines_of(p);
  BOOST_TEST(has(log.text(), "the key is ***"));
  BOOST_TEST(!has(log.text(), "hunter22"));
}

BOOST_AUTO_TEST_CASE(that_does_not_exist_is_an_error_of_the_settings) {
  BOOST_CHECK_EXCEPTION(process({.words = {"no-such-tap"}, .name = "no-such-tap"}, {}), error,
                        [](const error& e) { return e.code() == errc::config && has(e.what(), "no-such-tap"); });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_command)

BOOST_AUTO_TEST_CASE(is_divided_as_a_shell_divides_it) {
  const std::vector<std::string> expected{"tap-x", "--config", "my file.json", "a\"b", "c d", "", "e'f"};
  BOOST_TEST(command_words(" tap-x  --config 'my file.json' \"a\\\"b\" c\\ d '' \"e'f\" ") == expected,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(that_wants_a_shell_is_refused) {
  for (const char* const command : {"tap | tee x", "tap > x", "tap; rm x", "tap $HOME", "tap \"$HOME\"", "tap `x`",
                                    "tap &", "'tap", "\"tap", "tap \\", "", "  ", "''"}) {
    BOOST_CHECK_EXCEPTION(command_words(command), error, [](const error& e) { return e.code() == errc::config; });
  }
}

BOOST_AUTO_TEST_SUITE_END()
