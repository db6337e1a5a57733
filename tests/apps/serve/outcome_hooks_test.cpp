// Whom a service tells of its syncs: commands and webhooks that answer, fail, hang and talk without end.
#include "apps/serve/service_run.hpp"
#include "support/raw_server.hpp"

#include <regex>

using namespace ingest::testing;

namespace {

struct told_service : service_run {
  std::filesystem::path told() const { return directory / "told"; }
  /// What some commands wait for.
  std::filesystem::path open() const { return directory / "open"; }
  std::string what_was_told() const { return text_of(told()); }
  /// A command that writes down what it was told.
  std::string note(const std::string& what) const { return "'echo \"" + what + "\" >> " + told().string() + "'\n"; }

  /// A sync, to its end.
  void sync(const std::string& pipeline, const std::string& outcome) {
    const double before = ends(pipeline, outcome);
    BOOST_REQUIRE(order(pipeline, "start").status == 200);
    await_that([&] { return ends(pipeline, outcome) > before; });
  }
  double ends(const std::string& pipeline, const std::string& outcome) {
    return metric("ingest_syncs_total{pipeline=\"" + pipeline + "\",outcome=\"" + outcome + "\"}");
  }
  double unheard(const std::string& pipeline) {
    return metric("ingest_hooks_failed_total{pipeline=\"" + pipeline + "\"}");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(who_is_told_of_syncs, told_service)

BOOST_AUTO_TEST_CASE(hears_once_that_a_pipeline_fails_once_that_it_is_well_again_and_of_each_complete_sync) {
  write("a", "retries: 0\non_failure: " + note("$INGEST_EVENT $INGEST_PIPELINE $INGEST_EXIT_CODE $INGEST_FAILURES") +
                 "on_recovery: " + note("$INGEST_EVENT") + "on_complete: " + note("$INGEST_EVENT $INGEST_OUTCOME"));
  api.status = 500;
  start();
  sync("a", "failed");
  await_that([&] { return what_was_told() == "failure a 70 1\n"; });
  sync("a", "failed");
  api.status = 200;
  sync("a", "complete");
  await_that([&] { return what_was_told() == "failure a 70 1\nrecovery\ncomplete complete\n"; });
  sync("a", "complete");
  await_that([&] { return what_was_told() == "failure a 70 1\nrecovery\ncomplete complete\ncomplete complete\n"; });
  BOOST_TEST(stop() == 0);
  BOOST_TEST(has(service->err(), R"("event":"hook_told")"), service->err());
}

BOOST_AUTO_TEST_CASE(hears_of_a_failure_only_when_no_retry_is_left) {
  write("a", "retries: 1\non_failure: " + note("$INGEST_EVENT after $INGEST_FAILURES"));
  api.status = 500;
  start();
  sync("a", "failed");
  await_that([&] { return what_was_told() == "failure after 2\n"; });
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(hears_of_failures_though_the_schedule_comes_before_the_retries) {
  write("a", "schedule: every 1s\nretries: 2\non_failure: " + note("$INGEST_EVENT after $INGEST_FAILURES"));
  api.status = 500;
  start();
  await_that([&] { return what_was_told() == "failure after 3\n"; });
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(hears_last_what_was_last_however_long_it_takes) {
  const auto slow = [&](const std::string& name) {
    return "on_" + name + ": 'echo $INGEST_EVENT begins >> " + told().string() + "; while ! test -e " +
           (directory / ("let_" + name)).string() + "; do sleep 0.1; done'\n";
  };
  write("a", "retries: 0\n" + slow("failure") + slow("recovery") + "on_complete: " + note("$INGEST_EVENT"));
  api.status = 500;
  start();
  sync("a", "failed");
  await_that([&] { return what_was_told() == "failure begins\n"; });
  api.status = 200;
  sync("a", "complete");
  sync("a", "complete");
  put_text(directory / "let_failure", "");
  await_that([&] { return what_was_told() == "failure begins\nrecovery begins\n"; });
  api.status = 500;
  sync("a", "failed");
  std::filesystem::remove(directory / "let_failure");
  put_text(directory / "let_recovery", "");
  await_that([&] { return what_was_told() == "failure begins\nrecovery begins\ncomplete\nfailure begins\n"; });
  put_text(directory / "let_failure", "");
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(hears_again_of_a_failure_that_the_service_was_killed_while_telling_and_then_that_it_is_well) {
  write("a", "retries: 0\non_failure: 'echo failure >> " + told().string() + "; while ! test -e " + open().string() +
                 "; do sleep 0.1; done'\non_recovery: " + note("$INGEST_EVENT"));
  api.status = 500;
  start();
  sync("a", "failed");
  await_that([&] { return what_was_told() == "failure\n"; });
  service->signal(SIGKILL);
  service->wait(std::chrono::seconds(20));
  put_text(open(), "");
  start();
  await_that([&] { return what_was_told() == "failure\nfailure\n" && has(service->err(), "hook_told"); });
  api.status = 200;
  sync("a", "complete");
  await_that([&] { return what_was_told() == "failure\nfailure\nrecovery\n"; });
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(hears_from_the_next_service_what_the_one_that_was_stopped_could_not_tell_and_once) {
  write("a", "retries: 0\non_failure: 'test -e " + open().string() + " && echo $INGEST_EVENT $INGEST_EXIT_CODE >> " +
                 told().string() + "'\non_recovery: " + note("$INGEST_EVENT"));
  api.status = 500;
  start();
  sync("a", "failed");
  await_that([&] { return unheard("a") == 1; });
  BOOST_TEST(stop() == 0);
  put_text(open(), "");
  const int before = api.requests;
  start();
  await_that([&] { return what_was_told() == "failure 70\n" && has(service->err(), "hook_told"); });
  BOOST_TEST(api.requests == before);
  BOOST_TEST(stop() == 0);
  api.status = 200;
  start();
  sync("a", "complete");
  await_that([&] { return what_was_told() == "failure 70\nrecovery\n"; });
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(hears_of_a_complete_sync_from_the_next_service_where_the_one_before_ended_while_telling) {
  write("a", "on_complete: 'echo $INGEST_OUTCOME >> " + told().string() + "; while ! test -e " + open().string() +
                 "; do sleep 0.1; done'\n");
  start();
  sync("a", "complete");
  await_that([&] { return what_was_told() == "complete\n"; });
  BOOST_TEST(stop() == 0);
  put_text(open(), "");
  start();
  await_that([&] { return what_was_told() == "complete\ncomplete\n" && has(service->err(), "hook_told"); });
  BOOST_TEST(stop() == 0);
  start();
  sync("a", "complete");
  await_that([&] { return what_was_told() == "complete\ncomplete\ncomplete\n"; });
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(hears_no_news_that_are_older_than_a_week) {
  write("a", "retries: 0\non_failure: 'test -e " + open().string() + " && echo $INGEST_EVENT >> " + told().string() +
                 "'\non_recovery: " + note("$INGEST_EVENT"));
  api.status = 500;
  start();
  sync("a", "failed");
  await_that([&] { return unheard("a") == 1; });
  BOOST_TEST(stop() == 0);
  const auto file = state() / "a" / "schedule.json";
  put_text(file, std::regex_replace(text_of(file), std::regex(R"("ended":"\d{4})"), R"("ended":"2020)"));
  put_text(open(), "");
  api.status = 200;
  start();
  BOOST_TEST(!has(text_of(file), "2020-"), text_of(file));
  sync("a", "complete");
  await_that([&] { return what_was_told() == "recovery\n"; });
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(is_read_anew_where_its_words_come_from_a_file) {
  put_text(directory / "secret", "old");
  write("a", "on_complete: 'echo ${file:" + (directory / "secret").string() + "} >> " + told().string() +
                 "; echo secret; exit 1'\n");
  start();
  put_text(directory / "secret", "new");
  service->signal(SIGHUP);
  await_that([&] { return has(service->err(), "pipeline_changed"); });
  sync("a", "complete");
  await_that([&] { return unheard("a") == 1; });
  BOOST_TEST(what_was_told() == "new\n");
  BOOST_TEST(has(service->err(), "it has ended with exit code 1\""), service->err());
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(hears_nothing_twice_because_the_service_has_begun_anew) {
  write("a", "retries: 0\non_failure: " + note("$INGEST_EVENT") + "on_recovery: " + note("$INGEST_EVENT"));
  api.status = 500;
  start();
  sync("a", "failed");
  await_that([&] { return has(text_of(state() / "a" / "schedule.json"), "failure_told"); });
  service->signal(SIGKILL);
  service->wait(std::chrono::seconds(20));
  start();
  sync("a", "failed");
  api.status = 200;
  sync("a", "complete");
  await_that([&] { return what_was_told() == "failure\nrecovery\n"; });
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(is_a_webhook_that_is_asked_again_and_whose_address_is_no_log_s_business) {
  std::atomic<int> asked{0};
  http_server webhook([&](const received_request&) { return reply{.status = ++asked == 1 ? 503 : 200}; });
  write("a", "retries: 0\non_failure: " + webhook.url("/services/T0000-very-secret") + "\n");
  api.status = 500;
  start();
  sync("a", "failed");
  await_that([&] { return has(service->err(), "hook_told"); });
  BOOST_TEST(asked == 2);
  const auto requests = webhook.requests();
  rapidjson::Document news;
  news.Parse(requests.back().body.c_str());
  BOOST_REQUIRE(news.IsObject());
  BOOST_TEST(requests.back().header("content-type") == "application/json");
  BOOST_TEST(news["event"].GetString() == std::string("failure"));
  BOOST_TEST(news["pipeline"].GetString() == std::string("a"));
  BOOST_TEST(news["exit_code"].GetInt() == 70);
  BOOST_TEST(has(news["text"].GetString(), "a fails, 1 time: "), news["text"].GetString());
  BOOST_TEST(stop() == 0);
  BOOST_TEST(!has(service->err(), "very-secret"), service->err());
}

BOOST_AUTO_TEST_CASE(has_heard_it_when_it_says_so_whatever_else_it_says) {
  http_server damaged([](const received_request&) {
    return reply{.body = "no gzip", .headers = {{"Content-Encoding", "gzip"}}};
  });
  raw_server endless([](raw_server::connection& c) {
    if (c.read_request() && c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")) {
      while (c.send("1000\r\n" + std::string(0x1000, 'x') + "\r\n")) {
      }
    }
  });
  write("a", "on_complete: " + damaged.url("/") + "\n");
  write("b", "on_complete: " + endless.url("/") + "\n");
  start();
  for (const char* const name : {"a", "b"}) {
    sync(name, "complete");
    await_that([&] { return has(service->err(), R"(on_complete has been told","pipeline":")" + std::string(name)); });
    BOOST_TEST(unheard(name) == 0);
  }
  BOOST_TEST(damaged.requests().size() == 1u);
  BOOST_TEST(endless.connections() == 1);
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(may_refuse_hang_or_talk_without_end_and_nobody_else_waits) {
  http_server webhook([](const received_request&) { return reply{.status = 404}; });
  write("refuses", "on_complete: " + webhook.url("/gone") + "\n");
  write("fails", "on_complete: 'echo nobody is at home; exit 3'\n");
  write("hangs", "hook_timeout: 1s\non_complete: 'sleep 600'\n");
  write("talks", "hook_timeout: 1s\non_complete: 'yes'\n");
  write("good", "on_complete: " + note("$INGEST_PIPELINE"));
  start();
  for (const char* name : {"refuses", "fails", "hangs", "talks", "good"}) {
    sync(name, "complete");
  }
  await_that([&] { return what_was_told() == "good\n"; });
  for (const char* name : {"refuses", "fails", "hangs", "talks"}) {
    await_that([&] { return unheard(name) == 1; });
  }
  BOOST_TEST(unheard("good") == 0);
  const std::string log = service->err();
  BOOST_TEST(has(log, "it answers 404"), log);
  BOOST_TEST(has(log, "nobody is at home"), log);
  BOOST_TEST(has(log, "it was not done after 1 s"), log);
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(may_be_changed_while_a_sync_runs_and_then_hears_what_was_not_heard) {
  write("a", "retries: 0\non_failure: 'echo nobody is at home; exit 3'\n");
  api.status = 500;
  start();
  sync("a", "failed");
  await_that([&] { return unheard("a") == 1; });
  BOOST_TEST(has(of("a", "hook_problem"), "on_failure was not heard"), of("a", "hook_problem"));
  api.hangs = true;
  api.status = 200;
  const int before = api.requests;
  BOOST_REQUIRE(order("a", "start").status == 200);
  await_that([&] { return api.requests > before; });
  write("a", "retries: 0\non_failure: " + note("$INGEST_EVENT after $INGEST_FAILURES"));
  BOOST_TEST(http.post(url + "/api/reload").status == 200);
  await_that([&] { return what_was_told() == "failure after 1\n"; });
  BOOST_TEST(of("a", "state") == "running");
  BOOST_TEST(of("a", "hook_problem").empty());
  api.hangs = false;
  await_that([&] { return ends("a", "complete") == 1; });
  BOOST_TEST(ends("a", "interrupted") < 1);
  BOOST_TEST(api.requests == before + 1);
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(is_asked_to_end_with_the_service) {
  write("a", "on_complete: 'trap \"echo asked >> " + told().string() + "; exit\" TERM; echo begun >> " +
                 told().string() + "; while :; do sleep 0.1; done'\n");
  start();
  sync("a", "complete");
  await_that([&] { return what_was_told() == "begun\n"; });
  BOOST_TEST(stop() == 0);
  BOOST_TEST(what_was_told() == "begun\nasked\n");
}

BOOST_AUTO_TEST_SUITE_END()
