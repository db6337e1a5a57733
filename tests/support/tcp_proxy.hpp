#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace ingest::testing {

/// Forwards TCP connections from a port of its own to another one, both on 127.0.0.1, and breaks them on demand.
class tcp_proxy {
 public:
  /// What happens to a connection over which a client sends the bytes that cut_on() was given.
  enum class moment {
    before,         ///< they never reach the server; both sides see the connection end
    after,          ///< they reach the server and its answer is swallowed; then both sides see the connection end
    after_silently  ///< they reach the server; the client hears nothing any more
  };

  explicit tcp_proxy(int target_port);
  ~tcp_proxy();
  tcp_proxy(const tcp_proxy&) = delete;
  tcp_proxy& operator=(const tcp_proxy&) = delete;

  int port() const { return port_; }

  /// The next connection that sends `bytes` (in one piece) is broken; those after it are not.
  void cut_on(const std::string& bytes, moment when);

  /// Breaks the next connection that has sent more than `bytes`.
  void cut_after(std::uint64_t bytes);

  /// Swallows nothing but forwards nothing either, on connections that exist and on new ones, until resume().
  void stall() { stalled_ = true; }

  /// Forwards again on new connections; those that existed in the meantime stay dead and silent.
  void resume();

  /// Ends all connections.
  void cut();

  /// How many connections were broken by cut_on() or cut_after().
  int cuts() const { return cuts_; }

 private:
  struct link {
    int client;
    int server;
    std::uint64_t sent = 0;
    bool dead = false;       // forwards nothing more, to nobody
    bool answering = false;  // the server's next bytes are the answer to be swallowed
  };

  void serve();
  void accept_one();
  bool forward_to_server(link& l);
  bool forward_to_client(link& l);
  static void close_link(link& l);

  int target_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> done_{false};
  std::atomic<bool> stalled_{false};
  std::atomic<int> cuts_{0};
  std::mutex mutex_;
  std::string trigger_;
  moment when_ = moment::before;
  std::uint64_t byte_limit_ = 0;
  std::list<link> links_;
  std::thread thread_;
};

}  // namespace ingest::testing
