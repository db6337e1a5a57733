#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "demo_api/connection.hpp"
#include "demo_api/http_message.hpp"
#include "demo_api/random.hpp"
#include "demo_api/rest/description/settings.hpp"

namespace demo_api::rest {

/// What happens to an answer on purpose. Thread-safe.
class planned_harm {
 public:
  virtual ~planned_harm() = default;

  /// Before the request is looked at; true if it is answered with that.
  virtual bool answer(const connection& line, http_response& response) const {
    static_cast<void>(line), static_cast<void>(response);
    return false;
  }

  /// When the answer is there.
  virtual void spoil(http_response& response, std::uint64_t bits) const {
    static_cast<void>(response), static_cast<void>(bits);
  }
};

/// Which requests of a resource meet with a harm: all, or those that all of its conditions choose.
class fault_rule {
 public:
  /// Takes `kind` with its settings, and the conditions `after` (so many requests), `times` (at most), `every`,
  /// `percent`, and `parents_every`, for children of each n-th parent.
  fault_rule(const yaml_value& description, std::uint64_t seed);

  /// The harm of a request with that number, from 0; null if there is none.
  const planned_harm* at(std::uint64_t request, std::uint64_t parent);

 private:
  std::unique_ptr<planned_harm> harm_;
  std::uint64_t after_;
  std::uint64_t times_;
  std::uint64_t every_;
  std::uint64_t parents_every_;
  double percent_;
  random_table choices_;
  std::atomic<std::uint64_t> happened_ = 0;
};

}  // namespace demo_api::rest
