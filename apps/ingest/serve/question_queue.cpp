#include "serve/question_queue.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <future>

#include "ingest/error.hpp"

namespace ingest::app {

struct question_queue::question {
  std::function<void()> what;
  std::promise<void> done;
};

question_queue::question_queue() : asked_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (asked_.fd() < 0) {
    throw error(errc::io, std::string("there is no descriptor left: ") + std::strerror(errno));
  }
}

question_queue::~question_queue() = default;

bool question_queue::ask(std::function<void()> what, std::chrono::milliseconds patience) {
  const auto asked = std::make_shared<question>();
  asked->what = std::move(what);
  const auto done = asked->done.get_future();
  {
    const std::lock_guard lock(mutex_);
    if (!is_open_) {
      return false;
    }
    questions_.push_back(asked);
  }
  const std::uint64_t one = 1;
  const bool is_told = ::write(asked_.fd(), &one, sizeof one) > 0 || errno == EAGAIN;
  if (is_told && done.wait_for(patience) == std::future_status::ready) {
    return true;
  }
  {
    const std::lock_guard lock(mutex_);
    if (std::erase(questions_, asked) > 0) {
      return false;
    }
  }
  return done.wait_for(patience) == std::future_status::ready;  // it is being done
}

std::shared_ptr<question_queue::question> question_queue::next() {
  const std::lock_guard lock(mutex_);
  if (questions_.empty()) {
    return nullptr;
  }
  auto first = questions_.front();
  questions_.erase(questions_.begin());
  return first;
}

void question_queue::answer_all() {
  std::uint64_t count = 0;
  while (::read(asked_.fd(), &count, sizeof count) > 0) {
  }
  while (const auto asked = next()) {
    asked->what();
    asked->done.set_value();
  }
}

void question_queue::close() {
  const std::lock_guard lock(mutex_);
  is_open_ = false;
}

}  // namespace ingest::app
