#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "support/http_server.hpp"

namespace ingest::testing {

/// An API in trouble, whose records change while they are read: `/orders`, which come and change, by the time of that;
/// and `/stock`, which is another one now and then, the same on all pages of one reading. Not thread-safe.
class changing_api {
 public:
  explicit changing_api(std::uint64_t seed) : random_(seed) {}

  reply operator()(const received_request& request);

  /// From now on nothing changes, and nothing fails. May be called by another thread.
  void calm_down() { calm_ = true; }

  /// How many rows the stock of a generation has.
  static std::size_t stock_size(std::uint64_t generation) { return 20 + generation * 37 % 50; }

  /// What the tables are to hold, as rows of VALUES; to be asked for once it is calm.
  std::string orders() const;  ///< (id, version)
  std::string stock() const;   ///< (id, generation)

 private:
  struct order {
    std::uint64_t id;
    std::uint64_t version;
    std::uint64_t changed;  ///< counts all changes
  };

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  void change();
  reply orders_behind(const std::string& cursor, const std::string& since) const;
  reply stock_page(const std::string& cursor) const;
  std::mt19937_64 random_;
  std::atomic<bool> calm_{false};
  std::deque<order> orders_;  // the one that has changed last is the last
  std::uint64_t ids_ = 0;
  std::uint64_t changes_ = 0;
  std::uint64_t generation_ = 1;
};

}  // namespace ingest::testing
