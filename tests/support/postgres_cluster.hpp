#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace ingest::testing {

/// A TCP port of 127.0.0.1 that nobody listens on.
int free_port();

/// A private PostgreSQL server: its own data directory, a Unix socket and a free port on 127.0.0.1. It dies with this
/// process, however that ends, and its directory is removed. To be used from the thread that created it, which must
/// outlive it.
class postgres_cluster {
 public:
  struct options {
    bool durable = true;                     ///< fsync: matters when the machine dies, not when the server does
    std::vector<std::string> settings = {};  ///< of postgresql.conf, "name=value"
  };

  postgres_cluster();
  explicit postgres_cluster(options o);
  ~postgres_cluster();
  postgres_cluster(const postgres_cluster&) = delete;
  postgres_cluster& operator=(const postgres_cluster&) = delete;

  /// The one cluster of this test executable, not durable: started when first asked for, stopped at the end of main().
  static postgres_cluster& shared();

  /// As the superuser, over TCP.
  std::string url(const std::string& database = "postgres") const;
  int port() const { return port_; }
  std::filesystem::path socket_directory() const { return directory_ / "socket"; }

  void start();

  /// All its processes end at once, in the middle of whatever they do. What they have written stays.
  void stop_immediate();
  void restart();

 private:
  void initialize();
  void watch_over_directory();
  bool answers() const;

  const options options_;
  std::filesystem::path directory_;
  int port_ = 0;
  pid_t server_ = 0;
  pid_t janitor_ = 0;
  int janitor_pipe_ = -1;
};

/// A new, empty database of a cluster, dropped with this object.
class test_database {
 public:
  explicit test_database(postgres_cluster& cluster = postgres_cluster::shared());
  ~test_database();
  test_database(const test_database&) = delete;
  test_database& operator=(const test_database&) = delete;

  std::string url() const { return cluster_.url(name_); }

  /// The URL of the same database behind another port, of a proxy for instance.
  std::string url_at(int port) const;
  std::string url_as(const std::string& user_and_password) const;
  const std::string& name() const { return name_; }

  /// Runs statements as the superuser. Throws std::runtime_error if one fails.
  void execute(const std::string& sql) const;

  /// The first column of the first row as text; empty if there is none.
  std::string value(const std::string& sql) const;

 private:
  postgres_cluster& cluster_;
  std::string name_;
};

}  // namespace ingest::testing
