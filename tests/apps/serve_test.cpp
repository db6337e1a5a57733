// ingest serve: real pipelines against a real database and APIs, with files that change, syncs that hang, crash and are
// killed, and the service itself killed at any moment.
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "apps/serve/service_run.hpp"
#include "support/http_exchange.hpp"
#include "support/http_server.hpp"
#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

BOOST_FIXTURE_TEST_SUITE(a_service, service_run)

BOOST_AUTO_TEST_CASE(syncs_each_pipeline_by_its_schedule_and_tells_of_it) {
  write("often", "schedule: every 1s\n");
  write("by_hand", "schedule: '@manual'\n");
  start();
  BOOST_TEST(get("/healthz").status == 200);
  BOOST_TEST(get("/readyz").status == 200);
  await_that([&] { return metric(R"(ingest_syncs_total{pipeline="often",outcome="complete"})") >= 3; });
  BOOST_TEST(rows_in("often") == 7);
  BOOST_TEST(rows_in("by_hand") == 0);
  api.rows = 9;
  await_that([&] { return rows_in("often") == 9; });
  BOOST_TEST(order("by_hand", "start").status == 200);
  await_that([&] { return of("by_hand", "last.outcome") == "complete"; });
  BOOST_TEST(rows_in("by_hand") == 9);
  BOOST_TEST(metric(R"(ingest_rows_loaded_total{pipeline="by_hand",stream="rows"})") == 9);
  BOOST_TEST(metric(R"(ingest_pipeline_last_success_timestamp_seconds{pipeline="by_hand"})") > 1.7e9);
  BOOST_TEST(metric(R"(ingest_request_duration_seconds_count{pipeline="by_hand",stream="rows"})") == 1);
  BOOST_TEST(metric(R"(ingest_request_duration_seconds_bucket{pipeline="by_hand",stream="rows",le="+Inf"})") == 1);
  BOOST_TEST(metric(R"(ingest_transaction_duration_seconds_count{pipeline="by_hand",stream="rows"})") == 1);
  BOOST_TEST(metric(R"(ingest_transaction_duration_seconds_sum{pipeline="by_hand",stream="rows"})") > 0);
  const auto top = run_process({program("ingest"), "top", "--http", url.substr(7)});
  BOOST_TEST(top.exit_code == 0, top.err);
  BOOST_TEST(has(top.out, "2 pipelines"), top.out);
  BOOST_TEST(has(top.out, "by_hand"), top.out);
  BOOST_TEST(stop() == 0);
  BOOST_TEST(run_process({program("ingest"), "top", "--http", url.substr(7)}).exit_code == 69);
  const std::string log = service->err();
  BOOST_TEST(has(log, R"("event":"run_complete")"), log);
  BOOST_TEST(has(log, R"("event":"sync_ended","message":"the sync is complete","pipeline":"by_hand")"), log);
}

BOOST_AUTO_TEST_CASE(goes_on_with_all_other_pipelines_whatever_becomes_of_one) {
  write("good", "schedule: every 1s\n");
  put_text(folder() / "refused.yaml", "from: file:/nowhere.ndjson\ndatabase_url: ${DB}\nschedule: every 1s\n");
  put_text(folder() / "broken.yaml", "schedule: sometimes\n");
  start();
  await_that([&] { return of("refused", "last.outcome") != ""; });
  BOOST_TEST(of("refused", "last.exit_code") != "0");
  BOOST_TEST(has(of("refused", "last.error"), "/nowhere.ndjson"), of("refused", "last.error"));
  const auto ready = get("/readyz");
  BOOST_TEST(ready.status == 503);
  BOOST_TEST(has(ready.body, "broken.yaml line 1: schedule: "), ready.body);
  BOOST_TEST(has(ready.body, "refused: "), ready.body);
  BOOST_TEST(metric("ingest_pipeline_files_refused") == 1);
  await_that([&] { return metric(R"(ingest_syncs_total{pipeline="good",outcome="complete"})") >= 2; });
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(reads_its_folder_anew_on_sighup_and_keeps_what_a_wrong_file_was) {
  write("a", "schedule: every 1s\n");
  write("b", "schedule: every 1s\n");
  start();
  await_that([&] { return rows_in("a") == 7 && rows_in("b") == 7; });
  write("a", "schedule: every 1s\nschedule: nonsense\n");
  std::filesystem::remove(folder() / "b.yaml");
  write("c", "schedule: every 1s\n");
  service->signal(SIGHUP);
  await_that([&] { return rows_in("c") == 7; });
  BOOST_TEST(of("b", "state") == "no such pipeline");
  BOOST_TEST(has(get("/readyz").body, "a.yaml"));
  const auto refused = run_process({program("ingest"), "reload", "--http", url.substr(7)});
  BOOST_TEST(refused.exit_code == 78, refused.err);
  BOOST_TEST(has(refused.out, "a.yaml"), refused.out);
  const double before = metric(R"(ingest_syncs_total{pipeline="a",outcome="complete"})");
  await_that([&] { return metric(R"(ingest_syncs_total{pipeline="a",outcome="complete"})") > before; });
  write("a", "schedule: '@manual'\n");
  const auto reloaded = run_process({program("ingest"), "reload", "--http", url.substr(7)});
  BOOST_TEST(reloaded.exit_code == 0, reloaded.err);
  BOOST_TEST(has(reloaded.out, "the folder is read anew"), reloaded.out);
  await_that([&] { return of("a", "state") == "idle" && of("a", "schedule") == "@manual"; });
  BOOST_TEST(get("/readyz").status == 200);
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(goes_on_as_a_changed_file_says_once_the_sync_that_runs_has_been_stopped) {
  api.hangs = true;
  write("a", "schedule: '@manual'\n");
  start();
  BOOST_TEST(order("a", "start").status == 200);
  await_that([&] { return api.requests > 0; });
  write("a", "schedule: every 1s\n");
  api.hangs = false;
  service->signal(SIGHUP);
  await_that([&] { return of("a", "schedule") == "every 1s" && rows_in("a") == 7; });
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(stops_a_sync_that_would_run_otherwise_now_whatever_has_changed) {
  put_text(directory / "url", database.url());
  write_tap("a");
  std::string tap = text_of(folder() / "a.yaml") + "pipeline:\n";
  tap.replace(tap.find("${DB}"), 5, "${file:" + (directory / "url").string() + "}");
  put_text(folder() / "a.yaml", tap);
  put_text(folder() / ".env", "PIPELINE=first\n");
  start();
  BOOST_TEST(order("a", "start").status == 200);
  std::size_t syncs = 0;  // each one follows the one that was interrupted
  const auto run_and_change = [&](const std::function<void()>& change) {
    ++syncs;
    await_that([&] { return taps().size() >= syncs; });
    change();
    BOOST_TEST(http.post(url + "/api/reload").status == 200);
    await_that([&] {
      return metric(R"(ingest_syncs_total{pipeline="a",outcome="interrupted"})") == static_cast<double>(syncs);
    });
  };
  run_and_change([&] { put_text(directory / "url", database.url() + "?application_name=other"); });
  run_and_change([&] { put_text(folder() / "a.yaml", tap + "timeout: 1h\n"); });
  run_and_change([&] {
    put_text(folder() / ".env", "PIPELINE=second\n");
    put_text(folder() / "a.yaml", tap + "timeout: 1h\non_complete: 'true'\n");
  });
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(ends_a_sync_that_takes_longer_than_it_may_and_one_that_was_killed_is_followed_by_another) {
  api.hangs = true;
  write("a", "schedule: '@manual'\ntimeout: 3s\nretries: 100\n");
  start();
  BOOST_TEST(order("a", "start").status == 200);
  await_that([&] { return of("a", "last.outcome") == "failed"; });
  BOOST_TEST(has(of("a", "last.error"), "not done after 3 s"), of("a", "last.error"));
  await_that([&] { return !runs_there().empty(); });
  const auto running = runs_there();
  for (const int pid : running) {
    ::kill(pid, SIGKILL);
  }
  await_that([&] { return has(of("a", "last.error"), "signal 9") || of("a", "last.exit_code") == "137"; });
  api.hangs = false;
  await_that([&] { return of("a", "last.outcome") == "complete"; });
  BOOST_TEST(of("a", "failures") == "0");
  BOOST_TEST(rows_in("a") == 7);
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(obeys_orders_and_remembers_a_pause) {
  write("a", "schedule: every 1s\n");
  start();
  await_that([&] { return rows_in("a") == 7; });
  for (const auto& directory_made : {state(), state() / "a"}) {
    BOOST_TEST((std::filesystem::status(directory_made).permissions() == std::filesystem::perms::owner_all));
  }
  BOOST_TEST(order("a", "pause").status == 200);
  await_that([&] { return of("a", "state") == "paused"; });
  const double before = metric(R"(ingest_syncs_total{pipeline="a",outcome="complete"})");
  BOOST_TEST(stop() == 0);
  start();
  BOOST_TEST(of("a", "state") == "paused");
  BOOST_TEST(before >= 1);
  BOOST_TEST(metric(R"(ingest_syncs_total{pipeline="a",outcome="complete"})") == 0);
  api.hangs = true;
  BOOST_TEST(order("a", "start").status == 200);
  await_that([&] { return of("a", "state") == "running"; });
  BOOST_TEST(order("a", "start").status == 409);
  BOOST_TEST(order("a", "stop").status == 200);
  await_that([&] { return of("a", "last.outcome") == "stopped"; });
  BOOST_TEST(order("a", "stop").status == 409);
  api.hangs = false;
  BOOST_TEST(order("a", "resume").status == 200);
  await_that([&] { return of("a", "last.outcome") == "complete"; });
  BOOST_TEST(order("a", "resume").status == 409);
  BOOST_TEST(order("nobody", "start").status == 404);
  BOOST_TEST(order("a", "explode").status == 404);
  BOOST_TEST(http.post(url + "/metrics").status == 404);
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(obeys_an_order_that_it_cannot_write_down_says_so_and_writes_it_as_soon_as_it_can) {
  write("a", "schedule: '@manual'\n");
  start();
  const std::filesystem::path in_the_way = state() / "a" / "schedule.json.tmp";
  std::filesystem::create_directory(in_the_way);
  const auto paused = order("a", "pause");
  BOOST_TEST(paused.status == 200);
  BOOST_TEST(has(paused.body, R"({"done":true,"warning":"it is not on disk yet)"), paused.body);
  BOOST_TEST(of("a", "state") == "paused");
  std::filesystem::remove(in_the_way);
  await_that([&] { return has(text_of(state() / "a" / "schedule.json"), R"("paused":true)"); });
  BOOST_TEST(order("a", "resume").body == "{\"done\":true}\n");
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(lets_no_new_file_displace_a_pipeline_that_runs) {
  write("shop", "schedule: '@manual'\n");
  start();
  api.hangs = true;
  BOOST_TEST(order("shop", "start").status == 200);
  await_that([&] { return of("shop", "state") == "running"; });
  write("a", "schedule: '@manual'\npipeline: shop\n");
  const auto reloaded = run_process({program("ingest"), "reload", "--http", url.substr(7)});
  BOOST_TEST(reloaded.exit_code == 78, reloaded.err);
  BOOST_TEST(has(reloaded.out, "a.yaml: in the ledger it would be shop"), reloaded.out);
  BOOST_TEST(of("a", "state") == "no such pipeline");
  BOOST_TEST(of("shop", "state") == "running");
  api.hangs = false;
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(answers_only_whom_it_should) {
  write("a", "schedule: '@manual'\n");
  start();
  http.headers = {"Host: evil.example"};
  BOOST_TEST(get("/status").status == 403);
  http.headers = {"Origin: http://evil.example"};
  BOOST_TEST(order("a", "start").status == 403);
  http.headers = {};
  BOOST_TEST(of("a", "last.outcome") == "");
  BOOST_TEST(stop() == 0);

  put_text(directory / "token", "0123456789abcdef0123456789abcdef\n");
  start({"--http-token-file", (directory / "token").string()});
  BOOST_TEST(get("/status").status == 401);
  BOOST_TEST(get("/metrics").status == 401);
  BOOST_TEST(get("/healthz").status == 200);
  BOOST_TEST(get("/readyz").body == "{\"ready\":true}\n");  // why or why not is not everybody's
  const auto second = run_process({program("ingest"), "serve", "--pipelines", folder().string(), "--state",
                                   (directory / "other").string(), "--http", url.substr(7)},
                                  {{{"DB", database.url()}}, directory.path()});
  BOOST_TEST(second.exit_code == 74, second.err);
  BOOST_TEST(has(second.err, "Address already in use"), second.err);
  http.headers = {"Authorization: Bearer 0123456789abcdef0123456789abcdeX"};
  BOOST_TEST(order("a", "start").status == 401);
  http.headers = {"Authorization: Bearer 0123456789abcdef0123456789abcdef"};
  BOOST_TEST(get("/status").status == 200);
  BOOST_TEST(stop() == 0);

  const auto refused = [&](std::vector<std::string> flags, int exit_code, const std::string& part) {
    std::vector<std::string> words = {program("ingest"), "serve",   "--pipelines",
                                      folder().string(), "--state", state().string()};
    words.insert(words.end(), flags.begin(), flags.end());
    const auto p = run_process(words, {{{"DB", database.url()}}, directory.path()});
    BOOST_TEST(p.exit_code == exit_code, p.err);
    BOOST_TEST(has(p.err, part), p.err);
  };
  refused({"--http", "0.0.0.0:0"}, 64, "needs a token");
  refused({"--http", "here"}, 64, "write an address and a port");
  put_text(directory / "short", "secret");
  refused({"--http", "127.0.0.1:0", "--http-token-file", (directory / "short").string()}, 78, "at least 16 characters");
  refused({"--state", "/proc/nowhere"}, 78, "cannot keep its state");
  refused({"--pipelines", "/nowhere"}, 78, "/nowhere cannot be read");
  put_text(directory / "mine", "mine");
  refused({"--http", "unix:" + (directory / "mine").string()}, 74, "Address already in use");
  BOOST_TEST(text_of(directory / "mine") == "mine");
}

BOOST_AUTO_TEST_CASE(answers_at_a_socket_and_is_alone_with_its_state) {
  write("a", "schedule: '@manual'\n");
  const std::string socket = (directory / "http.sock").string();
  start({"--http", "unix:" + socket});
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket.copy(address.sun_path, sizeof address.sun_path - 1);
  BOOST_REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  const std::string request = "GET /status HTTP/1.1\r\nHost: anything\r\nConnection: close\r\n\r\n";
  BOOST_REQUIRE(::write(fd, request.data(), request.size()) == static_cast<ssize_t>(request.size()));
  std::string answer(1 << 16, '\0');
  std::size_t size = 0;
  for (ssize_t got = 1; got > 0; size += static_cast<std::size_t>(got)) {
    got = ::read(fd, answer.data() + size, answer.size() - size);
  }
  ::close(fd);
  BOOST_TEST(has(answer, "HTTP/1.1 200"), answer);
  BOOST_TEST(has(answer, "\"name\":\"a\""), answer);
  const auto second =
      run_process({program("ingest"), "serve", "--pipelines", folder().string(), "--state", state().string()},
                  {{{"DB", database.url()}}, directory.path()});
  BOOST_TEST(second.exit_code == 75, second.err);
  BOOST_TEST(has(second.err, "another service"), second.err);
  BOOST_TEST(stop() == 0);
  BOOST_TEST(!std::filesystem::exists(socket));
}

BOOST_AUTO_TEST_CASE(begins_no_more_syncs_at_a_time_than_may_run) {
  for (const char* const name : {"a", "b", "c", "d"}) {
    write(name, "schedule: '@manual'\nloaders: 2\n");
  }
  api.hangs = true;
  start({"--max-connections", "6"});
  for (const char* const name : {"a", "b", "c", "d"}) {
    BOOST_TEST(order(name, "start").status == 200);
  }
  await_that(
      [&] { return of("a", "state") == "running" && of("b", "state") == "running" && of("c", "state") == "waiting"; });
  BOOST_TEST(has(of("c", "waits_for"), "6 of 6 connections are taken, and it needs 3"), of("c", "waits_for"));
  BOOST_TEST(of("d", "state") == "waiting");
  BOOST_TEST(runs_there().size() == 2u);
  api.hangs = false;
  await_that([&] { return rows_in("a") == 7 && rows_in("b") == 7 && rows_in("c") == 7 && rows_in("d") == 7; });
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(begins_no_sync_before_its_share_of_memory_is_free) {
  for (const char* const name : {"a", "b", "c"}) {
    write(name, "schedule: '@manual'\nmemory: 100MiB\n");
  }
  api.hangs = true;
  start({"--max-memory", "250MiB"});
  for (const char* const name : {"a", "b", "c"}) {
    BOOST_TEST(order(name, "start").status == 200);
  }
  await_that(
      [&] { return of("a", "state") == "running" && of("b", "state") == "running" && of("c", "state") == "waiting"; });
  BOOST_TEST(has(of("c", "waits_for"), "200 of 250 MiB of memory are taken, and it needs 100"), of("c", "waits_for"));
  BOOST_TEST(metric(R"(ingest_pipeline_memory_share_bytes{pipeline="c"})") == 100 << 20);
  await_that([&] { return metric(R"(ingest_pipeline_memory_bytes{pipeline="a"})") > 1 << 20; });
  BOOST_TEST(metric(R"(ingest_pipeline_memory_bytes{pipeline="c"})") == 0);
  // More than there is would wait for ever: the file is refused, and what it was goes on.
  write("a", "schedule: '@manual'\nmemory: 251MiB\n");
  const auto reloaded = run_process({program("ingest"), "reload", "--http", url.substr(7)});
  BOOST_TEST(reloaded.exit_code == 78, reloaded.err);
  BOOST_TEST(has(reloaded.out, "a.yaml line 6: memory: is more than all syncs may take, which MAX_MEMORY says: 250MiB"),
             reloaded.out);
  BOOST_TEST(of("a", "state") == "running");
  api.hangs = false;
  await_that([&] { return rows_in("a") == 7 && rows_in("b") == 7 && rows_in("c") == 7; });
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(stops_a_sync_whose_tap_outgrows_its_share_tells_of_it_and_loses_no_row) {
  write_tap("a");
  const auto message = [](const std::string& rest) { return "echo '{\"type\":" + rest + "}'\n"; };
  const std::string row = R"("RECORD","stream":"rows","record":{"id":)";
  put_text(
      directory / "tap.sh",
      "echo $$ >> " + (directory / "taps").string() + "\n" +
          message(
              R"("SCHEMA","stream":"rows","schema":{"properties":{"id":{"type":"integer"}}},"key_properties":["id"])") +
          message(row + "1}") + message(R"("STATE","value":{"at":1})") + "if test -e " +
          (directory / "grows").string() +
          "\nthen { head -c 200000000 /dev/zero; while :; do sleep 0.1; done; } | tail\nfi\n" + message(row + "2}") +
          message(R"("STATE","value":{"at":2})"));
  put_text(directory / "grows", "");
  const std::string tap = text_of(folder() / "a.yaml") +
                          "retries: 0\ntable: a\non_failure: 'echo \"$INGEST_ERROR\" > " +
                          (directory / "told").string() + "'\n";
  put_text(folder() / "a.yaml", tap);
  start();
  BOOST_TEST(order("a", "start").status == 200);
  await_that([&] { return std::stoull(of("a", "memory_bytes")) > 200'000'000; });  // it may take any amount
  put_text(folder() / "a.yaml", tap + "memory: 150MiB\n");
  BOOST_TEST(http.post(url + "/api/reload").status == 200);
  await_that([&] { return has(text_of(directory / "told"), " MiB of memory, and its share is 150 MiB"); });
  BOOST_TEST(of("a", "last.outcome") == "failed");
  BOOST_TEST(metric(R"(ingest_syncs_outgrown_total{pipeline="a"})") == 1);
  BOOST_TEST(has(service->err(), R"("event":"sync_outgrows")"), service->err());
  BOOST_TEST(taps().size() == 2u);
  for (const int pid : taps()) {
    BOOST_TEST(!lives(pid));
  }
  std::filesystem::remove(directory / "grows");
  BOOST_TEST(order("a", "start").status == 200);
  await_that([&] { return of("a", "last.outcome") == "complete"; });
  BOOST_TEST(database.value("SELECT count(*) || ' ' || sum(id) FROM a") == "2 3");
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(has_a_page_that_runs_its_own_script_only) {
  write("a", "schedule: '@manual'\n");
  start();
  const auto page = get("/");
  BOOST_TEST(page.status == 200);
  BOOST_TEST(page.headers.at("content-type") == "text/html; charset=utf-8");
  BOOST_TEST(has(page.headers.at("content-security-policy"), "script-src 'sha256-"));
  BOOST_TEST(has(page.body, "<title>ingest</title>"));
  BOOST_TEST(!has(page.body, "src="));  // nothing comes from elsewhere
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(that_is_checked_runs_nothing_and_names_what_cannot_be_used) {
  write("a", "schedule: every 1s\n");
  const auto check = [&] {
    return run_process({program("ingest"), "serve", "--check", "--pipelines", folder().string()},
                       {{{"DB", database.url()}}, directory.path()});
  };
  BOOST_TEST(check().exit_code == 0);
  BOOST_TEST(has(check().out, "1 of 1 pipelines can be used"), check().out);
  put_text(folder() / "b.yaml", "schedule: sometimes\n");
  BOOST_TEST(check().exit_code == 78);
  BOOST_TEST(has(check().out, "b.yaml line 1: schedule:"), check().out);
  BOOST_TEST(api.requests == 0);
}

BOOST_AUTO_TEST_CASE(leaves_no_tap_of_a_sync_that_was_killed_and_no_zombie) {
  write_tap("a");
  start({}, {"sh", "-c", "trap '' CHLD; exec \"$@\"", "sh"});  // as a careless parent leaves signals
  BOOST_TEST(order("a", "start").status == 200);
  await_that([&] { return taps().size() == 1; });
  const int tap = taps().front();
  for (const int pid : runs_there()) {
    const std::string name = text_of("/proc/" + std::to_string(pid) + "/comm");
    if (name == "ingest\n") {
      ::kill(pid, SIGKILL);
    }
  }
  await_that([&] { return taps().size() == 2; });  // the sync was tried again
  BOOST_TEST(!lives(tap));
  const int second = taps().back();
  BOOST_TEST(lives(second));
  BOOST_TEST(stop() == 0);
  BOOST_TEST(!lives(second));
}

BOOST_AUTO_TEST_CASE(keeps_what_was_ordered_or_interrupted_over_reloads_and_restarts) {
  write("a", "schedule: '@manual'\n");
  write("b", "schedule: '@manual'\n");
  api.hangs = true;
  start({"--max-syncs", "1"});
  BOOST_TEST(std::filesystem::exists(state() / "a" / "schedule.json"));  // its moments can be missed from now on
  BOOST_TEST(order("a", "start").status == 200);
  await_that([&] { return api.requests > 0; });
  BOOST_TEST(order("b", "start").status == 200);
  await_that([&] { return of("b", "state") == "waiting"; });
  write("b", "schedule: '@manual'\n# changed\n");
  BOOST_TEST(http.post(url + "/api/reload").status == 200);
  BOOST_TEST(of("b", "state") == "waiting");
  // A file that goes and comes back, as a deployment does it, stops the sync, and it goes on.
  std::filesystem::rename(folder() / "a.yaml", directory / "a.yaml");
  BOOST_TEST(http.post(url + "/api/reload").status == 200);
  std::filesystem::rename(directory / "a.yaml", folder() / "a.yaml");
  BOOST_TEST(http.post(url + "/api/reload").status == 200);
  BOOST_TEST(stop() == 0);
  api.hangs = false;
  start({"--max-syncs", "1"});
  await_that([&] { return of("a", "last.outcome") == "complete" && of("b", "last.outcome") == "complete"; });
  BOOST_TEST(rows_in("a") == 7);
  BOOST_TEST(rows_in("b") == 7);
  BOOST_TEST(order("a", "stop").status == 409);
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(takes_a_secret_that_was_changed_in_its_file) {
  put_text(directory / "db", "postgresql://nobody@127.0.0.1:1/none");
  write("a", "schedule: '@manual'\nretries: 0\ndatabase_deadline_ms: 100\n");
  const std::string text = text_of(folder() / "a.yaml");
  put_text(folder() / "a.yaml",
           std::string(text).replace(text.find("${DB}"), 5, "${file:" + (directory / "db").string() + "}"));
  start();
  BOOST_TEST(order("a", "start").status == 200);
  await_that([&] { return of("a", "last.outcome") == "failed"; });
  put_text(directory / "db", database.url());
  BOOST_TEST(http.post(url + "/api/reload").status == 200);
  BOOST_TEST(order("a", "start").status == 200);
  await_that([&] { return of("a", "last.outcome") == "complete"; });
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(is_not_held_up_by_odd_files_and_odd_clients) {
  write("a", "schedule: every 1s\n");
  BOOST_REQUIRE(::mkfifo((folder() / "pipe.yaml").c_str(), 0600) == 0);
  std::filesystem::create_symlink("/dev/zero", folder() / "zero.yaml");
  put_text(folder() / "B\xfcro.yaml", "nonsense: [1\n");
  start();
  BOOST_TEST(has(get("/readyz").body, "pipe.yaml: is no regular file"));
  BOOST_TEST(has(get("/readyz").body, "zero.yaml: is no regular file"));
  rapidjson::Document ready;
  BOOST_TEST(!ready.Parse<rapidjson::kParseValidateEncodingFlag>(get("/readyz").body.c_str()).HasParseError());

  // Clients that say nothing, that never end their line, and that want to say too much.
  std::vector<int> clients;
  const int port = std::stoi(url.substr(url.rfind(':') + 1));
  const auto connect = [&] {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    clients.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval most{2, 0};
    ::setsockopt(clients.back(), SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    BOOST_REQUIRE(::connect(clients.back(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    return clients.back();
  };
  for (int i = 0; i < 40; ++i) {
    connect();
  }
  const std::string endless = "GET /" + std::string(1 << 20, 'x');
  static_cast<void>(::send(connect(), endless.data(), endless.size(), MSG_NOSIGNAL));
  const std::string chunked =
      "PUT /status HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n" +
      std::string(1 << 20, 'y') + "\r\n";
  static_cast<void>(::send(connect(), chunked.data(), chunked.size(), MSG_NOSIGNAL));
  BOOST_TEST(get("/healthz").status == 200);
  BOOST_TEST(http.post(url + "/status").status == 404);
  await_that([&] { return rows_in("a") == 7; });
  const std::string status = text_of("/proc/" + std::to_string(service->pid()) + "/status");
  const std::string peak = status.substr(status.find("VmHWM:") + 6);
  BOOST_TEST(std::stoull(peak) < 64 * 1024U, peak.substr(0, 20));
  const auto begun = std::chrono::steady_clock::now();
  BOOST_TEST(stop() == 0);
  BOOST_TEST((std::chrono::steady_clock::now() - begun < std::chrono::seconds(8)));
  for (const int fd : clients) {
    ::close(fd);
  }
}

/// Whatever moment the service is killed at, its syncs end, the next service goes on where they stood, and each row is
/// there once.
BOOST_AUTO_TEST_CASE(that_is_killed_at_any_moment_leaves_no_process_and_each_row_once) {
  constexpr int kills = 12;
  std::mt19937 random(17);
  api.rows = 500;
  for (const char* const name : {"a", "b", "c"}) {
    write(name, "schedule: every 1s\nwrite: replace\n");
  }
  for (int i = 0; i < kills; ++i) {
    start();
    std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution<int>(0, 2000)(random)));
    service->signal(SIGKILL);
    service->wait();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(15);
    while (!runs_there().empty()) {
      BOOST_REQUIRE(std::chrono::steady_clock::now() < end);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  start();
  for (const char* const name : {"a", "b", "c"}) {
    await_that([&] { return of(name, "last.outcome") == "complete"; });
    BOOST_TEST(rows_in(name) == 500, name);
    BOOST_TEST(database.value(std::string("SELECT count(DISTINCT id) FROM ") + name) == "500");
  }
  BOOST_TEST(stop() == 0);
}

BOOST_AUTO_TEST_CASE(ends_within_seconds_however_many_syncs_run) {
  api.hangs = true;
  constexpr int many = 12;
  for (int i = 0; i < many; ++i) {
    write("p" + std::to_string(i), "schedule: '@manual'\nloaders: 1\n");
  }
  start();
  for (int i = 0; i < many; ++i) {
    BOOST_TEST(order("p" + std::to_string(i), "start").status == 200);
  }
  await_that([&] { return api.requests > 0 && runs_there().size() == many; });
  BOOST_TEST(stop(std::chrono::seconds(30)) == 0);
  BOOST_TEST(runs_there().empty());
  api.hangs = false;  // the server would wait for its answers
}

BOOST_AUTO_TEST_SUITE_END()
