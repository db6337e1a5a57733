// What a service tells systemd, heard at a socket as systemd has it.
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "support/child_process.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct notified_service {
  notified_service() {
    std::filesystem::create_directory(folder);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = directory / "notify";
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    BOOST_REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~notified_service() { ::close(fd); }

  void write(const std::string& name, const std::string& to) const {
    put_text(folder / (name + ".yaml"),
             "from: file:" + (directory / "rows.ndjson").string() + "\nto: file:" + to + "\n");
  }

  void start(const std::string& watchdog_us = "") {
    std::map<std::string, std::string> environment = {{"NOTIFY_SOCKET", directory / "notify"}};
    if (!watchdog_us.empty()) {
      environment["WATCHDOG_USEC"] = watchdog_us;
    }
    service = std::make_unique<child_process>(
        std::vector<std::string>{program("ingest"), "serve", "--pipelines", folder.string(), "--state",
                                 (directory / "state").string(), "--http", "127.0.0.1:0"},
        child_process::options{environment, directory.path()});
  }

  /// The next notice; empty: none for half a minute.
  std::string heard() const {
    pollfd one{fd, POLLIN, 0};
    std::array<char, 4096> text;
    const ssize_t size = ::poll(&one, 1, 30'000) == 1 ? ::recv(fd, text.data(), text.size(), 0) : 0;
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

  /// Notices up to the one with `part`.
  std::string heard_until(const std::string& part) const {
    for (;;) {
      const std::string notice = heard();
      BOOST_REQUIRE_MESSAGE(!notice.empty(), "nobody says " + part + ":\n" + service->err());
      if (has(notice, part)) {
        return notice;
      }
    }
  }

  scratch_dir directory;
  std::filesystem::path folder = directory / "pipelines";
  int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  std::unique_ptr<child_process> service;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_service_of_systemd, notified_service)

BOOST_AUTO_TEST_CASE(says_when_it_is_ready_reads_its_folder_anew_and_stops) {
  write("a", directory / "a.ndjson");
  start();
  BOOST_TEST(heard() == "READY=1\nSTATUS=1 pipeline, 0 syncs run");
  BOOST_TEST(has(service->err(), "service_listens"));
  write("b", directory / "b.ndjson");
  put_text(folder / "broken.yaml", "schedule: sometimes\n");
  service->signal(SIGHUP);
  BOOST_TEST(heard().starts_with("RELOADING=1\nMONOTONIC_USEC="));
  BOOST_TEST(heard() == "READY=1\nSTATUS=2 pipelines, 0 syncs run, 1 file refused");
  service->signal(SIGTERM);
  BOOST_TEST(heard() == "STOPPING=1");
  BOOST_TEST(service->wait() == 0);
}

BOOST_AUTO_TEST_CASE(says_what_runs_and_what_fails) {
  write("a", directory / "a.ndjson");
  std::ofstream(folder / "a.yaml", std::ios::app) << "schedule: every 1s\nretry_wait: 1h\n";
  start();
  heard_until("STATUS=1 pipeline, 1 sync runs");
  heard_until("STATUS=1 pipeline, 0 syncs run, 1 fails");  // there are no rows.ndjson
  service->signal(SIGTERM);
  heard_until("STOPPING=1");
  BOOST_TEST(service->wait() == 0);
}

BOOST_AUTO_TEST_CASE(says_in_time_that_it_does_not_hang) {
  constexpr std::chrono::microseconds watchdog = std::chrono::seconds(2);
  start(std::to_string(watchdog.count()));
  heard_until("READY=1");
  for (int i = 0; i < 4; ++i) {
    const auto since = std::chrono::steady_clock::now();
    heard_until("WATCHDOG=1");
    BOOST_TEST((std::chrono::steady_clock::now() - since < watchdog));
  }
  service->signal(SIGTERM);
  BOOST_TEST(service->wait() == 0);
}

/// Else systemd would hear a sync in its place, or end it for its silence.
BOOST_AUTO_TEST_CASE(hands_its_connection_to_no_sync) {
  const std::string pipe = directory / "rows.pipe.ndjson";
  BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);  // which nobody reads, so that the sync waits
  put_text(directory / "rows.ndjson", "{\"id\":1}\n");
  write("a", pipe);
  std::ofstream(folder / "a.yaml", std::ios::app) << "schedule: every 1s\n";
  start("60000000");
  heard_until("1 sync runs");
  std::string all;
  const std::string children =
      "/proc/" + std::to_string(service->pid()) + "/task/" + std::to_string(service->pid()) + "/children";
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!has(all, "INGEST_SERVICE_PID=") && !has(all, "DATA_DIR=")) {
    BOOST_REQUIRE(std::chrono::steady_clock::now() < end);
    int child = 0;
    std::ifstream(children) >> child;
    std::ostringstream environment;
    environment << std::ifstream("/proc/" + std::to_string(child) + "/environ", std::ios::binary).rdbuf();
    all = environment.str();
  }
  BOOST_TEST(!has(all, "NOTIFY_SOCKET="));
  BOOST_TEST(!has(all, "WATCHDOG_USEC="));
  service->signal(SIGTERM);
  service->signal(SIGTERM);
  BOOST_TEST(service->wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
