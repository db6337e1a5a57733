// A pipeline of a service by a clock that the test turns: whom it tells of which streak of failures, and what is left
// of orders. Its syncs are a script that ends as the test says.
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "ingest/log.hpp"
#include "serve/hosted_pipeline.hpp"
#include "serve/pipelines_folder.hpp"
#include "support/scratch_dir.hpp"
#include "support/stderr_capture.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::app;
using namespace ingest::testing;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr int failed = 70;
constexpr int refused = 78;

struct one_pipeline {
  one_pipeline() {
    std::filesystem::create_directory(folder());
    put_text(folder() / "rows.ndjson", "");
    write("retries: 0\n");
    put_text(directory / "ingest", "#!/bin/sh\nexit $(cat '" + (directory / "exit_code").string() + "')\n");
    std::filesystem::permissions(directory / "ingest", std::filesystem::perms::owner_all);
  }

  std::filesystem::path folder() const { return directory / "pipelines"; }
  std::filesystem::path memory_file() const { return directory / "state" / "a" / "schedule.json"; }

  /// Each hook writes down its event and the failures in a row, lasts while there is a file hold_EVENT, and fails where
  /// there is deaf_EVENT.
  void write(const std::string& more) const {
    std::string text = "from: file:rows.ndjson\ndatabase_url: postgresql://nobody@127.0.0.1:1/x\n" + more;
    for (const char* const event : {"failure", "recovery", "complete"}) {
      text += "on_" + std::string(event) +
              ": 'echo $INGEST_EVENT $INGEST_FAILURES >> told; "
              "while test -e hold_$INGEST_EVENT; do sleep 0.02; done; test ! -e deaf_$INGEST_EVENT'\n";
    }
    put_text(folder() / "a.yaml", text);
  }
  pipeline_file read() const {
    pipelines_folder found = read_pipelines(folder(), directory / "state", rest::setting_origins::of_process());
    BOOST_REQUIRE_MESSAGE(found.refused.empty(), found.refused.begin()->second);
    return std::move(found.pipelines.at("a"));
  }

  void begin() { pipeline = std::make_unique<hosted_pipeline>(read(), place, now); }
  /// As a service that is killed leaves it.
  void begin_anew() {
    pipeline->teller().kill();
    pipeline.reset();
    begin();
  }
  void pass(seconds time) {
    now.wall += time;
    now.steady += time;
    pipeline->go_on_telling(now);
  }

  void await(const std::function<bool()>& condition) {
    for (int i = 0; i < 3000 && !condition(); ++i) {
      pipeline->reap(now);
      pipeline->go_on_telling(now);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    BOOST_TEST(condition(), told());
  }
  void begin_sync(int exit_code) {
    put_text(directory / "exit_code", std::to_string(exit_code) + "\n");
    BOOST_REQUIRE(pipeline->wants_to_begin(now));
    pipeline->begin(now);
    await([&] { return !pipeline->runs(); });
  }
  void sync(int exit_code) {
    pass(seconds(1));
    BOOST_TEST(pipeline->start() == "");
    begin_sync(exit_code);
  }

  /// A streak of failures was told and has ended, and its recovery is being told, until hold_recovery is removed.
  void come_to_a_recovery_that_is_told() {
    begin();
    sync(failed);
    await_quiet();
    put("hold_recovery");
    sync(0);
    await_told("failure 1\nrecovery 0\n");
  }
  /// The second streak ends, and that is told like the end of the first.
  void end_the_second_streak() {
    BOOST_TEST(told() == "failure 1\nrecovery 0\ncomplete 0\nfailure 1\n");
    sync(0);
    await_quiet();
    BOOST_TEST(told() == "failure 1\nrecovery 0\ncomplete 0\nfailure 1\nrecovery 0\ncomplete 0\n");
  }

  std::string told() const { return text_of(folder() / "told"); }
  void await_told(const std::string& all) {
    await([&] { return told() == all; });
  }
  void await_quiet() {
    await([&] { return !pipeline->teller().is_busy(); });
  }
  void put(const std::string& name) const { put_text(folder() / name, ""); }
  void remove(const std::string& name) const { std::filesystem::remove(folder() / name); }

  scratch_dir directory;
  clock_reading now{wall_time(seconds(1'800'000'000)), seconds(1000)};
  service_place place{
      (directory / "ingest").string(), directory / "state",
      [this] { return pipeline && pipeline->runs() ? std::set<pid_t>{pipeline->sync().pid()} : std::set<pid_t>(); }};
  std::unique_ptr<hosted_pipeline> pipeline;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_streak_of_failures, one_pipeline)

BOOST_AUTO_TEST_CASE(that_begins_while_a_recovery_is_told_has_a_recovery_of_its_own) {
  come_to_a_recovery_that_is_told();
  sync(failed);
  remove("hold_recovery");
  await_quiet();
  end_the_second_streak();
}

BOOST_AUTO_TEST_CASE(that_begins_while_the_one_before_is_told_is_told_as_well) {
  begin();
  put("hold_failure");
  sync(failed);
  await_told("failure 1\n");
  sync(0);
  sync(failed);
  sync(failed);
  remove("hold_failure");
  await_quiet();
  BOOST_TEST(told() == "failure 1\ncomplete 0\nfailure 2\n");
  sync(failed);
  await_quiet();
  BOOST_TEST(told() == "failure 1\ncomplete 0\nfailure 2\n", "it was told today");
  pass(std::chrono::hours(23));
  sync(failed);
  await_quiet();
  BOOST_TEST(told() == "failure 1\ncomplete 0\nfailure 2\nfailure 4\n");
}

BOOST_AUTO_TEST_CASE(that_has_ended_while_it_was_told_is_not_told_again_though_nobody_heard_it) {
  begin();
  put("hold_failure");
  put("deaf_failure");
  sync(failed);
  await_told("failure 1\n");
  sync(0);
  remove("hold_failure");
  await_quiet();
  pass(minutes(6));
  await_quiet();
  begin_anew();
  await_quiet();
  BOOST_TEST(told() == "failure 1\nrecovery 0\ncomplete 0\n");
}

BOOST_AUTO_TEST_CASE(puts_off_a_recovery_that_was_not_heard_until_it_is_so_again) {
  come_to_a_recovery_that_is_told();
  put("deaf_recovery");
  sync(failed);
  remove("hold_recovery");
  await_quiet();
  remove("deaf_recovery");
  pass(minutes(6));
  await_quiet();
  end_the_second_streak();
}

BOOST_AUTO_TEST_CASE(that_nobody_heard_of_is_told_each_five_minutes_and_not_at_each_sync_with_its_latest_failure) {
  begin();
  put("deaf_failure");
  sync(failed);
  await_quiet();
  sync(failed);
  sync(refused);
  await_quiet();
  BOOST_TEST(told() == "failure 1\n");
  pass(minutes(5));
  await_quiet();
  BOOST_TEST(told() == "failure 1\nfailure 3\n");
}

BOOST_AUTO_TEST_CASE(has_one_recovery_however_many_syncs_are_complete_before_it_is_heard) {
  come_to_a_recovery_that_is_told();
  put("deaf_recovery");
  sync(0);
  remove("hold_recovery");
  await_quiet();
  sync(0);
  await_quiet();
  BOOST_TEST(told() == "failure 1\nrecovery 0\ncomplete 0\ncomplete 0\n");
  remove("deaf_recovery");
  pass(minutes(5));
  await_quiet();
  sync(0);
  await_quiet();
  BOOST_TEST(told() == "failure 1\nrecovery 0\ncomplete 0\ncomplete 0\nrecovery 0\ncomplete 0\n");
}

BOOST_AUTO_TEST_CASE(is_told_by_the_next_service_and_not_the_recovery_that_it_has_overtaken) {
  come_to_a_recovery_that_is_told();
  sync(failed);
  begin_anew();
  remove("hold_recovery");
  await_quiet();
  end_the_second_streak();
}

BOOST_AUTO_TEST_CASE(that_a_service_of_before_has_numbered_nowhere_has_its_recovery) {
  std::filesystem::create_directories(memory_file().parent_path());
  put_text(memory_file(),
           "{\"due\":1799999999,\"open\":false,\"failures\":1,\"attempts\":1,\"owes_recovery\":true,"
           "\"failure_told\":1799999999}\n");
  begin();
  sync(failed);
  sync(0);
  await_quiet();
  BOOST_TEST(told() == "recovery 0\ncomplete 0\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(an_order, one_pipeline)

BOOST_AUTO_TEST_CASE(to_stop_what_waits_to_be_tried_again_is_obeyed_also_by_the_next_service) {
  write("retries: 3\n");
  begin();
  sync(failed);
  BOOST_TEST(pipeline->stop(now) == "");
  BOOST_TEST(pipeline->stop(now) == "no sync of a runs or waits");
  pass(std::chrono::hours(2));
  BOOST_TEST(!pipeline->wants_to_begin(now));
  begin_anew();
  pass(std::chrono::hours(2));
  BOOST_TEST(!pipeline->wants_to_begin(now));
}

BOOST_AUTO_TEST_CASE(that_cannot_be_written_down_is_owed_says_so_and_is_on_disk_as_soon_as_there_is_room) {
  begin();
  const std::filesystem::path in_the_way = memory_file().string() + ".tmp";
  std::filesystem::create_directory(in_the_way);
  const stderr_capture log;
  BOOST_TEST(pipeline->pause(true) == "");
  BOOST_TEST(pipeline->unsaved() != "");
  BOOST_TEST(pipeline->status(now).doubts.size() == 1u);
  BOOST_TEST((pipeline->quiet_for(now) == seconds(1)));
  pass(seconds(1));
  BOOST_TEST(pipeline->unsaved() != "");
  pipeline->save_at_the_end();
  BOOST_TEST(log.text().find("it is tried again each second") == log.text().rfind("it is tried again each second"));
  BOOST_TEST(log.text().find("the next service knows nothing") != std::string::npos, log.text());
  std::filesystem::remove(in_the_way);
  pass(seconds(1));
  BOOST_TEST(pipeline->unsaved() == "");
  BOOST_TEST(pipeline->status(now).doubts.empty());
  begin_anew();
  BOOST_TEST((pipeline->status(now).state == pipeline_state::paused));
}

BOOST_AUTO_TEST_CASE(in_a_damaged_file_is_not_forgotten_without_a_word) {
  std::filesystem::create_directories(memory_file().parent_path());
  for (const char* const damaged : {"", "{\"due\":17999", "[]\n"}) {
    put_text(memory_file(), damaged);
    const stderr_capture log;
    begin();
    BOOST_TEST(log.text().find(memory_file().string() + " is damaged") != std::string::npos, log.text());
    BOOST_TEST(text_of(memory_file().string() + ".damaged") == damaged);
    BOOST_TEST(text_of(memory_file()).starts_with("{\"due\":1"));
  }
  const stderr_capture log;
  begin();
  BOOST_TEST(log.text().find("is damaged") == std::string::npos, log.text());
}

BOOST_AUTO_TEST_CASE(to_stop_a_continuous_pipeline_outlives_a_service_that_is_killed_before_that_is_done) {
  write("schedule: continuous\n");
  put_text(directory / "ingest", "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 0.1; done\n");
  begin();
  BOOST_REQUIRE(pipeline->wants_to_begin(now));
  pipeline->begin(now);
  BOOST_TEST(pipeline->stop(now) == "");
  begin_anew();
  pass(std::chrono::hours(2));
  BOOST_TEST(!pipeline->wants_to_begin(now));
  BOOST_TEST(pipeline->start() == "");
  BOOST_TEST(pipeline->wants_to_begin(now));
}

BOOST_AUTO_TEST_SUITE_END()
