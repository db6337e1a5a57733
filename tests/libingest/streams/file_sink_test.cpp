#include "ingest/sinks/file_sink.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/sources/file_source.hpp"
#include "ingest/sources/memory_source.hpp"
#include "support/contract_report.hpp"
#include "support/faulty_file_system.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

struct target {
  scratch_dir dir;
  std::filesystem::path path = dir / "out.txt";
  faulty_file_system files{posix_file_system()};
  file_sink sink{path, {.files = &files}};
  memory_source source{{"new ", "text"}};

  std::vector<std::string> names() const { return posix_file_system().list(dir.path()); }
};

const std::vector<std::string> only_the_target{"out.txt"};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(file_sink_targets, target)

BOOST_AUTO_TEST_CASE(keep_the_contract_and_show_nothing_unfinished) {
  const auto make = [&] {
    std::filesystem::remove(path);
    return std::make_unique<file_sink>(path);
  };
  check_contract(sink_cases(), sink_kind{.make = make,
                                         .contents = [&] { return text_of(path); },
                                         .contents_after_abort = [](const auto&) { return std::string(); }});
  BOOST_TEST(names().empty());  // the last case aborts
}

BOOST_AUTO_TEST_CASE(are_what_they_were_until_the_new_file_is_complete) {
  put_text(path, "old");
  sink.open({});
  batch b;
  b.data = std::make_shared<const std::string>("new");
  sink.write(b);
  BOOST_TEST(text_of(path) == "old");
  sink.finalize();
  BOOST_TEST(text_of(path) == "new");
  BOOST_TEST((names() == only_the_target));
}

BOOST_AUTO_TEST_CASE(are_renamed_only_when_synced_and_their_directory_is_synced_after) {
  BOOST_TEST(ingest_stream(source, sink).ok());
  const auto& journal = files.journal();
  const auto at = [&](const std::string& what) {
    const auto found = std::find_if(journal.begin(), journal.end(), [&](const auto& j) { return j.starts_with(what); });
    BOOST_REQUIRE((found != journal.end()));
    return found - journal.begin();
  };
  BOOST_TEST(at("sync .out.txt") < at("rename"));
  BOOST_TEST(at("rename") < at("sync_directory"));
}

BOOST_AUTO_TEST_CASE(stay_untouched_when_the_disk_is_full) {
  put_text(path, "old");
  files.fail_append({.at = 2, .written = 1});
  const auto result = ingest_stream(source, sink);
  BOOST_TEST((result.failure->code() == errc::no_space));
  BOOST_TEST(!result.abort_failure);
  BOOST_TEST(text_of(path) == "old");
  BOOST_TEST((names() == only_the_target));
}

BOOST_AUTO_TEST_CASE(stay_untouched_when_the_sync_fails) {
  put_text(path, "old");
  files.fail_sync(".tmp");
  BOOST_TEST((ingest_stream(source, sink).failure->code() == errc::io));
  BOOST_TEST(text_of(path) == "old");
  BOOST_TEST((names() == only_the_target));
}

BOOST_AUTO_TEST_CASE(are_old_or_new_wherever_the_process_dies) {
  for (std::uint64_t step = 1;; ++step) {
    put_text(path, "old");
    faulty_file_system dying(posix_file_system());
    dying.crash_at(step);
    file_sink to(path, {.files = &dying});
    const bool ok = ingest_stream(source, to).ok();
    const std::string text = text_of(path);
    BOOST_TEST((text == "old" || text == "new text"), "after a death at step " << step << " there is " << text);
    if (!dying.crashed()) {
      BOOST_TEST(ok);
      BOOST_TEST(step > 4u);
      return;
    }
    BOOST_TEST(!ok);
  }
}

BOOST_AUTO_TEST_CASE(are_not_tried_for_ever_where_no_descriptor_is_left) {
  const scratch_dir directory;
  const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(next);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  for (const int room : {0, 1}) {  // for the file, and then for its lock
    rlimit tight = before;
    tight.rlim_cur = static_cast<rlim_t>(next + room);
    ::setrlimit(RLIMIT_NOFILE, &tight);
    file_sink to(directory / "out");
    std::string why;
    try {
      to.open({});
    } catch (const error& e) {
      why = e.what();
    }
    ::setrlimit(RLIMIT_NOFILE, &before);
    BOOST_TEST(why.find("Too many open files") != std::string::npos, why);
  }
  BOOST_TEST(!std::filesystem::exists(directory / "out"));
}

BOOST_AUTO_TEST_CASE(are_private) {
  BOOST_TEST(ingest_stream(source, sink).ok());
  struct stat status {};
  BOOST_REQUIRE(::stat(path.c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 0777) == 0600u);
}

BOOST_AUTO_TEST_CASE(keep_the_mode_of_the_file_whose_place_they_take) {
  put_text(path, "old");
  BOOST_REQUIRE(::chmod(path.c_str(), 0644) == 0);
  BOOST_TEST(ingest_stream(source, sink).ok());
  struct stat status {};
  BOOST_REQUIRE(::stat(path.c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777) == 0644u);
  BOOST_TEST(text_of(path) == "new text");
}

BOOST_AUTO_TEST_CASE(behind_symbolic_links_are_replaced_where_they_are) {
  std::filesystem::create_directory(dir / "there");
  std::filesystem::create_symlink("there/link", path);
  std::filesystem::create_symlink("file.txt", dir / "there" / "link");
  for (const std::string before : {"", "old"}) {
    if (!before.empty()) {
      put_text(dir / "there" / "file.txt", before);
    }
    memory_source text({"new ", "text"});
    file_sink to(path);
    BOOST_TEST(ingest_stream(text, to).ok());
    BOOST_TEST(std::filesystem::is_symlink(path));
    BOOST_TEST(std::filesystem::is_symlink(dir / "there" / "link"));
    BOOST_TEST(text_of(dir / "there" / "file.txt") == "new text");
    BOOST_TEST((names() == std::vector<std::string>{"out.txt", "there"}));
  }
  std::filesystem::create_symlink("circle", dir / "circle");
  file_sink circle(dir / "circle");
  BOOST_CHECK_THROW(circle.open({}), error);
}

/// As /var/lib/ingest is one where systemd has made it for a user of its own.
BOOST_AUTO_TEST_CASE(in_a_directory_that_is_a_symbolic_link_are_written) {
  std::filesystem::create_directory(dir / "there");
  std::filesystem::create_directory_symlink("there", dir / "link");
  file_sink to(dir / "link" / "file.txt");
  BOOST_TEST(ingest_stream(source, to).ok());
  BOOST_TEST(text_of(dir / "there" / "file.txt") == "new text");
}

BOOST_AUTO_TEST_CASE(that_are_no_regular_files_are_written_to_as_they_are) {
  BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  file_sink unread(path, {.patience = std::chrono::milliseconds(1)});
  BOOST_TEST((unread.commits() == commit_point::each_write));
  BOOST_TEST((ingest_stream(source, unread).failure->code() == errc::io));

  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  BOOST_TEST(ingest_stream(source, sink).ok());
  char got[64];
  BOOST_TEST(std::string(got, static_cast<std::size_t>(::read(reader, got, sizeof got))) == "new text");
  ::close(reader);
  BOOST_TEST(std::filesystem::is_fifo(path));
  BOOST_TEST((names() == only_the_target));

  file_sink nothing("/dev/null");
  memory_source more({"text"});
  BOOST_TEST(ingest_stream(more, nothing).ok());
  BOOST_TEST(std::filesystem::is_character_file("/dev/null"));
}

BOOST_AUTO_TEST_CASE(that_name_a_descriptor_go_on_where_it_stands) {
  put_text(path, "old ");
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  for (const std::string directory : {"/dev/fd/", "/proc/self/fd/"}) {
    file_sink to(directory + std::to_string(fd));
    memory_source text({"more "});
    BOOST_TEST((to.commits() == commit_point::each_write));
    BOOST_TEST(ingest_stream(text, to).ok());
  }
  ::close(fd);
  BOOST_TEST(text_of(path) == "old more more ");
}

BOOST_AUTO_TEST_CASE(are_rid_of_what_killed_processes_left_but_not_of_what_living_ones_write) {
  put_text(dir / ".out.txt.123.tmp", "of a killed one");
  put_text(dir / ".out.txt.x.tmp", "of somebody else");
  put_text(dir / ".other.txt.123.tmp", "for another file");
  file_sink living(path);
  living.open({});
  BOOST_TEST(ingest_stream(source, sink).ok());
  BOOST_TEST(names().size() == 4u);  // with that of the living one
  BOOST_TEST(!std::filesystem::exists(dir / ".out.txt.123.tmp"));
  living.finalize();
  BOOST_TEST((names() == std::vector<std::string>{".other.txt.123.tmp", ".out.txt.x.tmp", "out.txt"}));
}

BOOST_AUTO_TEST_CASE(that_cannot_be_are_refused_at_once) {
  file_sink directory(dir.path());
  BOOST_TEST((ingest_stream(source, directory).failure->code() == errc::config));
  file_sink nowhere(dir / "none" / "out");
  BOOST_TEST((ingest_stream(source, nowhere).failure->code() == errc::config));
}

BOOST_AUTO_TEST_CASE(may_be_what_is_read) {
  put_text(path, "text");
  file_source from(path);
  BOOST_TEST(ingest_stream(from, sink).ok());
  BOOST_TEST(text_of(path) == "text");
}

BOOST_AUTO_TEST_SUITE_END()
