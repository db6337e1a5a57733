#include <pwd.h>
#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <thread>

#include "buffer/data_dir.hpp"
#include "faults/faulty_run.hpp"
#include "faults/small_disk.hpp"
#include "support/loading_fixture.hpp"

using namespace ingest;
using namespace ingest::testing;
using namespace std::chrono_literals;

namespace {

constexpr int events = 20'000;  // 7.7 MB in the buffer, 15 segments
constexpr const char* no_space = "no space left on the disk";

struct run_on_a_small_disk {
  ingest_run r{events};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(a_full_disk, *boost::unit_test::precondition(mounts_work))

BOOST_AUTO_TEST_CASE(makes_fetching_wait_while_loading_goes_on_and_makes_room) {
  postgres_cluster cluster({.durable = false, .settings = {}});
  ingest_run r(events, {}, cluster);
  const small_disk disk(r.data_dir(), "size=3m");
  cluster.stop_immediate();
  child_process p = r.start("run");
  p.wait_for_output(no_space);
  const auto served = r.counter("pages_served");
  BOOST_TEST(served < events / ingest_run::batch_size / 2);
  cluster.start();
  BOOST_TEST(p.wait(60s) == 0, p.err());
  BOOST_TEST(p.err().find("the disk has room again") != std::string::npos);
  check_completes(r);
}

BOOST_AUTO_TEST_CASE(leaves_room_for_the_state_and_for_rejected_rows_without_which_loading_makes_none) {
  postgres_cluster cluster({.durable = false, .settings = {}});
  // Pages smaller than a block would fill the disk to the last one.
  ingest_run r(events, {"--nul", "2"}, cluster);
  r.environment["BATCH_SIZE"] = "10";
  const small_disk disk(r.data_dir(), "size=3m");
  cluster.stop_immediate();
  {
    child_process p = r.start("run");
    p.wait_for_output(no_space);
    p.signal(SIGKILL);
    p.wait();
  }
  child_process p = r.start("run");
  p.wait_for_output(no_space);
  cluster.start();
  BOOST_TEST(p.wait(60s) == 0, p.err());
  BOOST_TEST(p.err().find("state_not_saved") == std::string::npos, p.err());
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(is_waited_for_until_somebody_makes_room, run_on_a_small_disk) {
  small_disk disk(r.data_dir(), "size=3m");
  child_process p = r.start("fetch");
  p.wait_for_output(no_space);
  disk.resize("size=64m");
  BOOST_TEST(p.wait() == 0, p.err());
  BOOST_TEST(r.counter("pages_served") == events / ingest_run::batch_size);
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(costs_nothing_when_the_process_is_killed_on_it_or_stopped, run_on_a_small_disk) {
  small_disk disk(r.data_dir(), "size=2300k");
  for (const int signal : {SIGKILL, SIGTERM, SIGKILL}) {
    child_process p = r.start("fetch");
    p.wait_for_output(no_space);
    p.signal(signal);
    BOOST_TEST(p.wait() == 128 + signal, p.err());
    check_state_is_whole(r);
  }
  // Nothing is left to fetch into, but all that is there can be loaded, and that makes room.
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(without_inodes_is_waited_for_too, run_on_a_small_disk) {
  small_disk disk(r.data_dir(), "nr_inodes=14");
  child_process p = r.start("fetch");
  p.wait_for_output(no_space);
  disk.resize("nr_inodes=1000");
  BOOST_TEST(p.wait() == 0, p.err());
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(without_inodes_at_the_start_ends_the_run_with_74, run_on_a_small_disk) {
  small_disk disk(r.data_dir(), "nr_inodes=2");
  check_ended(r.run("run"), 74, "No space left on device");
  disk.resize("nr_inodes=1000");
  check_completes(r);
}

BOOST_AUTO_TEST_CASE(for_rejected_rows_is_waited_for_and_then_ends_with_74) {
  loading_fixture f;
  const small_disk disk(f.directory / "disk", "size=64k");
  {
    std::ofstream filler(disk.path() / "filler");
    while (filler << std::string(4096, '0') << std::flush) {
    }
  }
  auto o = f.options();
  o.rejects_file = disk.path() / "events_rejected.ndjson";
  const auto target = f.open_target(o);
  const batch b = f.batches.next({{event_row("a"), "b\tbad"}});
  write_outcome done;
  std::thread loader([&] { done = loading_fixture::open_sink(target)->write(b); });
  BOOST_TEST(eventually([&] { return o.counters->load_retries >= 2u; }));
  BOOST_TEST(f.rows() == 0);
  std::filesystem::remove(disk.path() / "filler");
  loader.join();
  BOOST_TEST(done.rows_rejected == 1u);
  BOOST_TEST(done.rows_loaded == 1u);
  BOOST_TEST(std::filesystem::file_size(o.rejects_file) > 0u);

  std::filesystem::remove(o.rejects_file);  // its last block has room
  o.disk_deadline = 0ms;
  std::ofstream(disk.path() / "filler") << std::string(65536, '0');
  const error e = error_of([&] { loading_fixture::open_sink(f.open_target(o))->write(f.batches.next({{"c\tbad"}})); });
  BOOST_TEST(e.exit_code() == 74);
  BOOST_TEST(!e.transient());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_full_disk_of_the_database, *boost::unit_test::precondition(mounts_work))

BOOST_AUTO_TEST_CASE(is_waited_for_then_ends_the_run_with_69_and_costs_nothing) {
  postgres_cluster cluster({.durable = false, .settings = {}});
  const scratch_dir place;
  std::filesystem::permissions(place.path(), std::filesystem::perms(0755));
  small_disk disk(place / "tablespace", "size=3m,uid=" + std::to_string(::getpwnam("postgres")->pw_uid));
  ingest_run r(events, {}, cluster);
  r.database.execute("CREATE TABLESPACE small LOCATION '" + disk.path().string() + "'");
  r.database.execute(
      "CREATE TABLE ingested_events (id text PRIMARY KEY USING INDEX TABLESPACE small, data jsonb NOT NULL) "
      "TABLESPACE small");

  check_ended(r.run("run", {"--database-deadline-ms", "1500"}), 69, "No space left on device");
  BOOST_TEST(r.pages_in_ledger() < events / ingest_run::batch_size);
  BOOST_TEST(count_in(r.status(), "rows_rejected") == 0u);

  child_process p = r.start("run");
  p.wait_for_output("No space left on device");
  disk.resize("size=256m");
  BOOST_TEST(p.wait(60s) == 0, p.err());
  check_completes(r);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_read_only_disk, *boost::unit_test::precondition(mounts_work))

BOOST_AUTO_TEST_CASE(is_told_as_the_reason_whatever_the_modes_of_its_directories) {
  const scratch_dir scratch;
  small_disk disk(scratch / "disk", "size=1m");
  for (const char* name : {"private", "shared"}) {
    std::filesystem::create_directory(disk.path() / name);
  }
  std::filesystem::permissions(disk.path() / "private", std::filesystem::perms::owner_all);
  std::filesystem::permissions(disk.path() / "shared", std::filesystem::perms::all);
  disk.make_read_only();
  for (const char* name : {"private", "shared", "missing"}) {
    BOOST_CHECK_EXCEPTION(data_dir(disk.path() / name), error, [](const error& e) {
      return e.code() == errc::config && std::string(e.what()).find("read-only file system") != std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()
