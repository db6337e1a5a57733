#include "support/postgres_cluster.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace ingest::testing {

namespace {

using namespace std::chrono_literals;
constexpr auto patience = 60s;

void require(bool held, const std::string& what) {
  if (!held) {
    throw std::system_error(errno, std::generic_category(), what);
  }
}

/// Where initdb and postgres are: INGEST_PG_BINDIR, or the newest installation under /usr/lib/postgresql.
std::filesystem::path binaries() {
  if (const char* set = std::getenv("INGEST_PG_BINDIR")) {
    return set;
  }
  std::filesystem::path newest;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql")) {
    const bool usable = std::filesystem::exists(entry.path() / "bin/initdb");
    if (usable && (newest.empty() || std::stoi(entry.path().filename()) > std::stoi(newest.filename()))) {
      newest = entry.path();
    }
  }
  require(!newest.empty(), "no PostgreSQL server below /usr/lib/postgresql");
  return newest / "bin";
}

/// PostgreSQL refuses to run as root: then it runs as the user postgres.
const passwd* server_user() {
  return ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
}

/// Starts a program as server_user(), which ends when this process does. Its output goes to `log`.
pid_t spawn(const std::vector<std::string>& command, const std::filesystem::path& log) {
  std::vector<char*> arguments;
  for (const std::string& a : command) {
    arguments.push_back(const_cast<char*>(a.c_str()));
  }
  arguments.push_back(nullptr);
  const passwd* user = server_user();
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  require(child >= 0, "fork");
  if (child > 0) {
    return child;
  }
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  if (user != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) {
    ::_exit(126);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // an immediate shutdown; after setuid, which resets it
  if (::getppid() != parent || ::chdir("/") != 0) {
    ::_exit(126);
  }
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

int wait_for_end(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::string contents(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

using connection = std::unique_ptr<PGconn, void (*)(PGconn*)>;
using result = std::unique_ptr<PGresult, void (*)(PGresult*)>;

result query(const std::string& url, const std::string& sql) {
  const connection c(PQconnectdb(url.c_str()), PQfinish);
  PQsetNoticeProcessor(
      c.get(), [](void*, const char*) {}, nullptr);
  result r(PQexec(c.get(), sql.c_str()), PQclear);
  const ExecStatusType status = PQresultStatus(r.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(sql + ": " + PQerrorMessage(c.get()));
  }
  return r;
}

}  // namespace

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  require(fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
              ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0,
          "a free port");
  ::close(fd);
  return ntohs(address.sin_port);
}

postgres_cluster::postgres_cluster() : postgres_cluster(options{}) {}

postgres_cluster::postgres_cluster(options o) : options_(std::move(o)) {
  std::string pattern = (std::filesystem::temp_directory_path() / "ingest_postgres.XXXXXX").string();
  require(::mkdtemp(pattern.data()) != nullptr, "mkdtemp " + pattern);
  directory_ = pattern;
  watch_over_directory();
  initialize();
  start();
}

postgres_cluster::~postgres_cluster() {
  if (server_ > 0) {
    ::kill(server_, SIGQUIT);
    wait_for_end(server_);
  }
  ::close(janitor_pipe_);
  wait_for_end(janitor_);
}

postgres_cluster& postgres_cluster::shared() {
  static postgres_cluster cluster({.durable = false, .settings = {}});
  return cluster;
}

void postgres_cluster::watch_over_directory() {
  int ends[2];
  require(::pipe2(ends, O_CLOEXEC) == 0, "pipe");
  janitor_pipe_ = ends[1];
  janitor_ = ::fork();
  require(janitor_ >= 0, "fork");
  if (janitor_ > 0) {
    ::close(ends[0]);
    return;
  }
  ::close(ends[1]);
  ::setpgid(0, 0);  // a Ctrl-C that ends the test must not end us
  char byte = 0;
  while (::read(ends[0], &byte, 1) < 0 && errno == EINTR) {
  }
  // The server was told to end by the kernel; it may still be writing.
  for (int i = 0; i < 100; ++i) {
    std::error_code failed;
    std::filesystem::remove_all(directory_, failed);
    if (!failed && !std::filesystem::exists(directory_)) {
      break;
    }
    std::this_thread::sleep_for(50ms);
  }
  ::_exit(0);
}

void postgres_cluster::initialize() {
  std::filesystem::create_directory(socket_directory());
  if (const passwd* user = server_user()) {
    for (const auto& path : {directory_, socket_directory()}) {
      require(::chown(path.c_str(), user->pw_uid, user->pw_gid) == 0, "chown " + path.string());
    }
  }
  std::filesystem::permissions(directory_, std::filesystem::perms(0755));
  const std::string data = directory_ / "data";
  const auto log = directory_ / "initdb.log";
  const pid_t child = spawn({binaries() / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                             "--locale=C.UTF-8", "--no-sync"},
                            log);
  if (wait_for_end(child) != 0) {
    throw std::runtime_error("initdb failed: " + contents(log));
  }
  std::ofstream(data + "/pg_hba.conf") << "local all all trust\n"
                                          "host all with_password 127.0.0.1/32 scram-sha-256\n"
                                          "host all all 127.0.0.1/32 trust\n";
}

void postgres_cluster::start() {
  port_ = port_ == 0 ? free_port() : port_;
  std::vector<std::string> command{binaries() / "postgres",
                                   "-D",
                                   directory_ / "data",
                                   "-c",
                                   "port=" + std::to_string(port_),
                                   "-c",
                                   "listen_addresses=127.0.0.1",
                                   "-c",
                                   "unix_socket_directories=" + socket_directory().string(),
                                   "-c",
                                   "shared_buffers=64MB",
                                   "-c",
                                   "max_wal_size=2GB",
                                   "-c",
                                   "max_connections=60",
                                   "-c",
                                   "deadlock_timeout=100ms",
                                   "-c",
                                   std::string("fsync=") + (options_.durable ? "on" : "off")};
  for (const std::string& s : options_.settings) {
    command.insert(command.end(), {"-c", s});
  }
  server_ = spawn(command, directory_ / "postgres.log");
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!answers()) {
    if (::waitpid(server_, nullptr, WNOHANG) == server_ || std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("PostgreSQL does not start: " + contents(directory_ / "postgres.log"));
    }
    std::this_thread::sleep_for(20ms);
  }
}

bool postgres_cluster::answers() const {
  return PQping(url().c_str()) == PQPING_OK;
}

void postgres_cluster::stop_immediate() {
  ::kill(server_, SIGQUIT);
  wait_for_end(server_);
  server_ = 0;
}

void postgres_cluster::restart() {
  stop_immediate();
  start();
}

std::string postgres_cluster::url(const std::string& database) const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

test_database::test_database(postgres_cluster& cluster) : cluster_(cluster) {
  static std::atomic<int> number{0};
  name_ = "test_" + std::to_string(++number);
  query(cluster_.url(), "CREATE DATABASE " + name_);
}

test_database::~test_database() {
  try {
    query(cluster_.url(), "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  } catch (const std::exception&) {
    // The cluster may be down at the end of a failed test; the database goes with it.
  }
}

std::string test_database::url_at(int port) const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port) + "/" + name_;
}

std::string test_database::url_as(const std::string& user_and_password) const {
  return "postgresql://" + user_and_password + "@127.0.0.1:" + std::to_string(cluster_.port()) + "/" + name_;
}

void test_database::execute(const std::string& sql) const {
  query(url(), sql);
}

std::string test_database::value(const std::string& sql) const {
  const result r = query(url(), sql);
  return PQntuples(r.get()) == 0 ? "" : PQgetvalue(r.get(), 0, 0);
}

}  // namespace ingest::testing
