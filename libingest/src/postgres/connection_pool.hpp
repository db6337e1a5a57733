#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <utility>
#include <vector>

#include "postgres/postgres_connection.hpp"

namespace ingest::detail {

/// The connections of a run, lent for a transaction at a time. Where the server allows fewer than there are loaders,
/// they take turns. Thread-safe; outlives what it lends.
class connection_pool {
 public:
  using maker = std::function<std::unique_ptr<postgres_connection>(std::stop_token)>;

  /// A connection that was lent. Closes it unless it is given back.
  class lease {
   public:
    lease() = default;
    lease(lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), connection_(std::move(other.connection_)) {}
    lease& operator=(lease&& other) noexcept;
    ~lease() { close(); }

    postgres_connection& operator*() const { return *connection_; }
    postgres_connection* operator->() const { return connection_.get(); }

    void close() noexcept;

    /// For others to use. It is in no transaction.
    void give_back();

   private:
    friend class connection_pool;
    lease(connection_pool& pool, std::unique_ptr<postgres_connection> c) : pool_(&pool), connection_(std::move(c)) {}

    connection_pool* pool_ = nullptr;
    std::unique_ptr<postgres_connection> connection_;
  };

  explicit connection_pool(maker make) : make_(std::move(make)) {}

  /// Takes one that is idle, or makes one. Where the server has no room for more, waits for one of those that it does
  /// allow this run, in the order of asking. Throws what the maker throws, and errc::cancelled.
  lease borrow(std::stop_token stop);

 private:
  using clock = std::chrono::steady_clock;

  std::unique_ptr<postgres_connection> take_idle(const std::stop_token& stop);
  std::unique_ptr<postgres_connection> make(const std::stop_token& stop);
  void return_to_idle(std::unique_ptr<postgres_connection> c);
  void count_closed() noexcept;

  const maker make_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::unique_ptr<postgres_connection>> idle_;
  std::size_t open_ = 0;           ///< idle, lent, and being made
  std::set<std::uint64_t> queue_;  ///< of those who wait
  std::uint64_t last_in_queue_ = 0;
  clock::time_point no_room_until_{};  ///< before which it makes no sense to ask for more
  bool told_ = false;
};

}  // namespace ingest::detail
