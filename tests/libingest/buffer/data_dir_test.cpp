#include "buffer/data_dir.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>

#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

auto code_is(errc code) {
  return [code](const error& e) { return e.code() == code; };
}

::mode_t mode_of(const std::filesystem::path& path) {
  struct ::stat s {};
  BOOST_REQUIRE(::lstat(path.c_str(), &s) == 0);
  return s.st_mode & 07777;
}

/// A second process that holds the lock of a directory until it is killed.
class holder {
 public:
  explicit holder(const std::filesystem::path& directory) {
    int ready[2];
    BOOST_REQUIRE(::pipe(ready) == 0);
    child_ = ::fork();
    BOOST_REQUIRE(child_ >= 0);
    if (child_ == 0) {
      try {
        const data_dir held(directory);
        [[maybe_unused]] const auto n = ::write(ready[1], "!", 1);
        ::pause();
      } catch (...) {
      }
      ::_exit(1);
    }
    ::close(ready[1]);
    char c = 0;
    BOOST_REQUIRE(::read(ready[0], &c, 1) == 1);
    ::close(ready[0]);
  }
  ~holder() { kill(); }

  void kill() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
      child_ = -1;
    }
  }

 private:
  ::pid_t child_ = -1;
};

struct base {
  scratch_dir parent;
  std::filesystem::path path = parent / "data";
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(data_dir_of_a_pipeline, base)

BOOST_AUTO_TEST_CASE(is_created_for_its_owner_alone_whatever_the_umask) {
  for (const ::mode_t mask : {::mode_t{0}, ::mode_t{0777}}) {
    const auto nested = parent / std::to_string(mask) / "below";
    const ::mode_t before = ::umask(mask);
    const data_dir d(nested);
    ::umask(before);
    BOOST_TEST(mode_of(nested) == 0700u);
    BOOST_TEST(mode_of(nested.parent_path()) == 0700u);
    BOOST_TEST(mode_of(nested / "ingest.lock") == 0600u);
    BOOST_TEST(d.path() == nested);
  }
}

BOOST_AUTO_TEST_CASE(is_refused_while_another_process_holds_it) {
  holder other(path);
  BOOST_TEST(data_dir::is_locked(path));
  BOOST_CHECK_EXCEPTION(data_dir{path}, error, code_is(errc::locked));
  other.kill();
  BOOST_TEST(!data_dir::is_locked(path));
  const data_dir mine(path);
  BOOST_TEST(data_dir::is_locked(path));
}

BOOST_AUTO_TEST_CASE(is_not_written_to_when_refused) {
  const holder other(path);
  put_text(path / "ingestion.state", "theirs");
  const auto before = std::filesystem::last_write_time(path);
  BOOST_CHECK_THROW(data_dir{path}, error);
  BOOST_TEST((std::filesystem::last_write_time(path) == before));
  BOOST_TEST(text_of(path / "ingestion.state") == "theirs");
}

BOOST_AUTO_TEST_CASE(is_free_again_once_released_and_keeps_its_lock_file) {
  { const data_dir d(path); }
  BOOST_TEST(!data_dir::is_locked(path));
  BOOST_TEST(std::filesystem::exists(path / "ingest.lock"));
  const data_dir again(path);
}

BOOST_AUTO_TEST_CASE(stays_locked_when_another_descriptor_of_the_lock_file_is_closed) {
  const data_dir d(path);
  text_of(path / "ingest.lock");
  BOOST_TEST(data_dir::is_locked(path));
}

BOOST_AUTO_TEST_CASE(is_not_locked_where_there_is_none) {
  BOOST_TEST(!data_dir::is_locked(path));
}

BOOST_AUTO_TEST_CASE(is_refused_as_a_symbolic_link) {
  std::filesystem::create_directory(parent / "real");
  std::filesystem::create_directory_symlink(parent / "real", path);
  BOOST_CHECK_EXCEPTION(data_dir{path}, error, code_is(errc::config));
  BOOST_CHECK_EXCEPTION(data_dir{path.string() + "/"}, error, code_is(errc::config));
  BOOST_TEST(std::filesystem::is_empty(parent / "real"));
}

BOOST_AUTO_TEST_CASE(is_refused_with_dots_in_its_path) {
  for (const char* tail : {"data/..", "data/../data", ".."}) {
    BOOST_CHECK_EXCEPTION(data_dir{parent / tail}, error, code_is(errc::config));
  }
  BOOST_TEST(std::filesystem::is_empty(parent.path()));
}

BOOST_AUTO_TEST_CASE(is_refused_when_empty_a_file_or_below_one) {
  put_text(path, "a file");
  BOOST_CHECK_EXCEPTION(data_dir{""}, error, code_is(errc::config));
  BOOST_CHECK_EXCEPTION(data_dir{path}, error, code_is(errc::config));
  BOOST_CHECK_EXCEPTION(data_dir{path / "below"}, error, code_is(errc::config));
}

BOOST_AUTO_TEST_CASE(is_refused_when_others_may_write_to_it) {
  std::filesystem::create_directory(path);
  for (const ::mode_t mode : {::mode_t{0770}, ::mode_t{0702}, ::mode_t{01777}}) {
    BOOST_REQUIRE(::chmod(path.c_str(), mode) == 0);
    BOOST_CHECK_EXCEPTION(data_dir{path}, error, code_is(errc::config));
  }
  BOOST_REQUIRE(::chmod(path.c_str(), 0755) == 0);
  const data_dir d(path);
}

BOOST_AUTO_TEST_CASE(is_refused_when_its_lock_file_is_a_symbolic_link) {
  std::filesystem::create_directory(path);
  BOOST_REQUIRE(::chmod(path.c_str(), 0700) == 0);
  std::filesystem::create_symlink(parent / "elsewhere", path / "ingest.lock");
  BOOST_CHECK_EXCEPTION(data_dir{path}, error, code_is(errc::config));
  BOOST_TEST(!std::filesystem::exists(parent / "elsewhere"));
}

BOOST_AUTO_TEST_SUITE_END()
