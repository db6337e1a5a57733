#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "core/descriptor.hpp"

namespace ingest::app {

/// What other threads want done by one that waits for events. Thread-safe, but for answer_all() and close(), which are
/// that one's.
class question_queue {
 public:
  /// Throws errc::io where there is no descriptor left.
  question_queue();
  ~question_queue();
  question_queue(const question_queue&) = delete;
  question_queue& operator=(const question_queue&) = delete;

  /// Has `what` done, and waits for that. False where it is not begun within the time; it is not done later then.
  bool ask(std::function<void()> what, std::chrono::milliseconds patience);

  /// Becomes readable when there is something to do.
  int descriptor() const { return asked_.fd(); }

  void answer_all();

  /// From now on nothing is asked any more.
  void close();

 private:
  struct question;

  std::shared_ptr<question> next();

  detail::descriptor asked_;
  std::mutex mutex_;  ///< of what follows
  bool is_open_ = true;
  std::vector<std::shared_ptr<question>> questions_;
};

}  // namespace ingest::app
