#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>

#include "ingest/file_system.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

struct in_scratch {
  scratch_dir directory;
  file_system& files = posix_file_system();
  std::filesystem::path path = directory / "file";
};

auto code_is(errc code) {
  return [code](const error& e) { return e.code() == code; };
}

/// Also requires that the message names the path.
auto fails(errc code, const std::filesystem::path& path) {
  return [=](const error& e) {
    BOOST_TEST_MESSAGE(e.what());
    return e.code() == code && std::string(e.what()).find(path.string()) != std::string::npos;
  };
}

/// Lowers a limit of this process for a while.
class limit {
 public:
  limit(decltype(RLIMIT_FSIZE) which, ::rlim_t soft) : which_(which) {
    BOOST_REQUIRE(::getrlimit(which_, &before_) == 0);
    const ::rlimit lowered{soft, before_.rlim_max};
    BOOST_REQUIRE(::setrlimit(which_, &lowered) == 0);
  }
  ~limit() { ::setrlimit(which_, &before_); }

 private:
  decltype(RLIMIT_FSIZE) which_;
  ::rlimit before_{};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(posix_files, in_scratch)

BOOST_AUTO_TEST_CASE(append_at_the_end_also_after_truncation) {
  const auto f = files.create(path);
  f->append("one two");
  f->truncate(4);
  f->append("three");
  f->sync();
  BOOST_TEST(f->size() == 9u);
  BOOST_TEST(text_of(path) == "one three");
}

BOOST_AUTO_TEST_CASE(read_what_is_asked_for_or_say_where_they_end) {
  put_text(path, "0123456789");
  const auto f = files.open(path);
  std::string part(4, ' ');
  f->read(3, 4, part.data());
  BOOST_TEST(part == "3456");
  BOOST_CHECK_EXCEPTION(f->read(8, 4, part.data()), error, fails(errc::bad_data, path));
}

BOOST_AUTO_TEST_CASE(are_created_only_where_there_is_none) {
  put_text(path, "mine");
  BOOST_CHECK_EXCEPTION(files.create(path), error, fails(errc::io, path));
  BOOST_TEST(text_of(path) == "mine");
}

BOOST_AUTO_TEST_CASE(are_private_and_not_inherited) {
  const ::mode_t before = ::umask(0);
  const auto f = files.create(path);
  ::umask(before);
  struct ::stat s {};
  BOOST_REQUIRE(::stat(path.c_str(), &s) == 0);
  BOOST_TEST((s.st_mode & 07777) == 0600u);
  int descriptors = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry, gone) == path) {
      BOOST_TEST((::fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC) != 0);
      ++descriptors;
    }
  }
  BOOST_TEST(descriptors == 1);
}

BOOST_AUTO_TEST_CASE(are_never_reached_through_a_symbolic_link) {
  put_text(directory / "target", "theirs");
  std::filesystem::create_symlink(directory / "target", path);
  BOOST_CHECK_EXCEPTION(files.create(path), error, fails(errc::config, path));
  BOOST_CHECK_EXCEPTION(files.open(path), error, fails(errc::config, path));
  BOOST_TEST(files.exists(path));
  BOOST_TEST(text_of(directory / "target") == "theirs");
}

BOOST_AUTO_TEST_CASE(are_regular_or_refused) {
  BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  BOOST_CHECK_EXCEPTION(files.open(path), error, fails(errc::io, path));
  BOOST_CHECK_EXCEPTION(files.open(directory.path()), error, fails(errc::io, directory.path()));
  BOOST_CHECK_EXCEPTION(files.open(directory / "none"), error, fails(errc::io, "none"));
}

BOOST_AUTO_TEST_CASE(report_a_full_disk_as_no_space) {
  enum outcome { reported = 0, not_reported = 1, no_small_disk = 2 };
  const ::pid_t child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    // A disk of 64 KiB that only this child sees.
    const bool mounted = (::unshare(CLONE_NEWNS) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
                         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         ::mount("tmpfs", directory.path().c_str(), "tmpfs", 0, "size=64k") == 0;
    outcome o = mounted ? not_reported : no_small_disk;
    try {
      if (mounted) {
        files.create(path)->append(std::string(1 << 20, 'x'));
      }
    } catch (const error& e) {
      o = e.code() == errc::no_space && e.transient() ? reported : not_reported;
    }
    ::_exit(o);
  }
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == no_small_disk) {
    BOOST_TEST_MESSAGE("skipped: this system lets us mount no small disk");
  } else {
    BOOST_TEST(WEXITSTATUS(status) == reported);
  }
}

BOOST_AUTO_TEST_CASE(report_a_file_that_grows_too_big_as_io_error) {
  ::signal(SIGXFSZ, SIG_IGN);
  const auto f = files.create(path);
  const limit bytes(RLIMIT_FSIZE, 100);
  BOOST_CHECK_EXCEPTION(f->append(std::string(1000, 'x')), error, fails(errc::io, path));
  BOOST_TEST(f->size() == 100u);  // the short write before was carried on
}

BOOST_AUTO_TEST_CASE(report_a_lack_of_descriptors_as_io_error) {
  const limit descriptors(RLIMIT_NOFILE, 0);
  BOOST_CHECK_EXCEPTION(files.create(path), error, fails(errc::io, path));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(posix_directories, in_scratch)

BOOST_AUTO_TEST_CASE(list_their_names_in_order) {
  for (const char* name : {"b", "c", "a"}) {
    put_text(directory / name, "");
  }
  const std::vector<std::string> expected = {"a", "b", "c"};
  BOOST_TEST(files.list(directory.path()) == expected, boost::test_tools::per_element());
  BOOST_CHECK_EXCEPTION(files.list(directory / "none"), error, fails(errc::io, "none"));
}

BOOST_AUTO_TEST_CASE(replace_and_remove_files) {
  put_text(path, "old");
  put_text(directory / "new", "new");
  files.rename(directory / "new", path);
  files.sync_directory(directory.path());
  BOOST_TEST(text_of(path) == "new");
  files.remove(path);
  BOOST_TEST(!files.exists(path));
  files.remove(path);
  BOOST_CHECK_EXCEPTION(files.rename(path, directory / "x"), error, code_is(errc::io));
}

BOOST_AUTO_TEST_SUITE_END()
