#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "buffer/run_state.hpp"
#include "support/faulty_file_system.hpp"
#include "support/scratch_dir.hpp"
#include "support/simulated_disk.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

run_state with_rows(std::uint64_t rows) {
  run_state s;
  s.rows_loaded = rows;
  return s;
}

struct store_on_disk {
  scratch_dir directory;
  state_store store{posix_file_system(), directory.path()};
};

struct store_on_faulty_disk {
  simulated_disk disk;
  faulty_file_system files{disk};
  state_store store{files, "/data"};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(state_store_on_disk, store_on_disk)

BOOST_AUTO_TEST_CASE(holds_nothing_at_first) {
  BOOST_TEST(!store.load().has_value());
}

BOOST_AUTO_TEST_CASE(returns_the_state_saved_last) {
  store.save(with_rows(1));
  store.save(with_rows(2));
  BOOST_TEST(store.load()->rows_loaded == 2u);
  BOOST_TEST(!std::filesystem::exists(directory / "ingestion.state.tmp"));
}

BOOST_AUTO_TEST_CASE(replaces_a_temporary_file_that_a_crash_has_left) {
  put_text(directory / "ingestion.state.tmp", "half a sta");
  store.save(with_rows(3));
  BOOST_TEST(store.load()->rows_loaded == 3u);
  BOOST_TEST(!std::filesystem::exists(directory / "ingestion.state.tmp"));
}

BOOST_AUTO_TEST_CASE(is_readable_for_its_owner_alone_whatever_the_umask) {
  for (const ::mode_t mask : {::mode_t{0}, ::mode_t{0777}}) {
    const ::mode_t before = ::umask(mask);
    store.save(with_rows(1));
    ::umask(before);
    struct ::stat s {};
    BOOST_REQUIRE(::stat((directory / "ingestion.state").c_str(), &s) == 0);
    BOOST_TEST((s.st_mode & 07777) == 0600u);
  }
}

BOOST_AUTO_TEST_CASE(refuses_a_state_that_is_no_state_and_names_the_file) {
  for (const std::string text : {"", "garbage", "{}"}) {
    put_text(directory / "ingestion.state", text);
    BOOST_CHECK_EXCEPTION(store.load(), error, [](const error& e) {
      return e.code() == errc::bad_data && std::string(e.what()).find("/ingestion.state:") != std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_CASE(refuses_a_symbolic_link) {
  put_text(directory / "elsewhere", to_json(with_rows(1)));
  std::filesystem::create_symlink(directory / "elsewhere", directory / "ingestion.state");
  BOOST_CHECK_EXCEPTION(store.load(), error, [](const error& e) { return e.code() == errc::config; });
}

BOOST_AUTO_TEST_CASE(forgets_the_state_when_asked) {
  store.save(with_rows(1));
  store.remove();
  BOOST_TEST(!store.load().has_value());
  store.remove();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(state_store_under_faults, store_on_faulty_disk)

BOOST_AUTO_TEST_CASE(keeps_the_old_state_on_a_full_disk_and_saves_when_space_returns) {
  store.save(with_rows(1));
  files.fail_append({1, 10});
  BOOST_CHECK_EXCEPTION(store.save(with_rows(2)), error,
                        [](const error& e) { return e.code() == errc::no_space && e.transient(); });
  BOOST_TEST(store.load()->rows_loaded == 1u);
  BOOST_TEST(disk.files().size() == 1u);
  store.save(with_rows(3));
  BOOST_TEST(store.load()->rows_loaded == 3u);
}

BOOST_AUTO_TEST_CASE(keeps_the_old_state_when_a_sync_fails) {
  store.save(with_rows(1));
  files.fail_sync(".tmp");
  BOOST_CHECK_EXCEPTION(store.save(with_rows(2)), error,
                        [](const error& e) { return e.code() == errc::io && !e.transient(); });
  BOOST_TEST(store.load()->rows_loaded == 1u);
}

BOOST_AUTO_TEST_CASE(holds_the_old_state_or_the_new_wherever_a_power_failure_strikes) {
  using tail = simulated_disk::tail;
  for (const tail rest : {tail::lost, tail::kept, tail::half, tail::zeroed}) {
    for (const bool names_kept : {false, true}) {
      bool died = true;
      for (std::uint64_t nth = 1; died; ++nth) {
        store_on_faulty_disk d;
        d.store.save(with_rows(1));
        d.files.crash_at(nth);
        try {
          d.store.save(with_rows(2));
          died = false;
        } catch (const error&) {
        }
        d.disk.lose_power({tail::lost, rest, names_kept, names_kept});
        state_store after(d.disk, "/data");
        const auto rows = after.load()->rows_loaded;
        BOOST_REQUIRE((rows == 2u || (rows == 1u && died)));
        after.save(with_rows(3));
        BOOST_REQUIRE(after.load()->rows_loaded == 3u);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
