#include "ingest/log.hpp"

#include <poll.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <memory>
#include <mutex>
#include <utility>

#include "log/log_line.hpp"
#include "log/log_output.hpp"

namespace ingest::log {

namespace {

constexpr std::string_view clear_line = "\r\x1b[K";
constexpr int usual_patience_ms = 2000;

/// stderr, with an optional status line that stays below all that is logged. Both go through one lock and out in one
/// write(), so that they cannot garble each other.
class stderr_sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  std::atomic<format> line_format{format::json};
  std::atomic<int> patience_ms{usual_patience_ms};

  void show(std::string_view status) {
    const std::lock_guard lock(mutex_);
    if (status.empty() && status_.empty()) {
      return;
    }
    status_ = status;
    tell_what_was_lost();
    write_all(std::string(clear_line) + status_);  // the next one says it anew
  }

  void print(std::string_view text) {
    const std::lock_guard lock(mutex_);
    put(text);
  }

  std::string line(log::level l, std::string_view event, std::string_view message, std::span<const field> f) const {
    const auto now = std::chrono::system_clock::now();
    return line_format == format::json ? detail::json_line(now, l, event, message, f)
                                       : detail::text_line(now, l, event, message, f);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    if (status_.empty()) {
      put({line.data(), line.size()});
    } else {
      put(std::string(clear_line).append(line.data(), line.size()) + status_);
    }
  }
  void flush_() override {}

 private:
  /// A log that cannot be written, or that nobody reads, is no reason to stop or to wait for ever: what does not get
  /// through is dropped, and counted where it may be told later.
  void put(std::string_view bytes) {
    tell_what_was_lost();
    if (!write_all(bytes)) {
      ++lost_;
    }
  }

  void tell_what_was_lost() {
    if (lost_ > 0 && is_ready()) {
      const log::field lost("lines", lost_);
      const std::string told =
          line(log::level::warning, lines_lost,
               "nobody read standard error for a while, so that lines of it are missing", {&lost, 1});
      if (write_all((torn_ ? "\n" : "") + told + "\n")) {
        lost_ = 0;
        torn_ = false;
      }
    }
  }

  /// In pieces that a pipe takes at once if it takes any: a larger one would block. False if nobody reads.
  bool write_all(std::string_view bytes) {
    const std::size_t whole = bytes.size();
    while (!bytes.empty()) {
      if (!is_ready()) {
        torn_ = torn_ || bytes.size() < whole;
        return false;
      }
      const auto written = ::write(STDERR_FILENO, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
      if (written < 0 && errno != EINTR && errno != EAGAIN) {
        return true;
      }
      bytes.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return true;
  }

  /// Waits for room once; while there is none then, not again.
  bool is_ready() {
    pollfd stderr_room{STDERR_FILENO, POLLOUT, 0};
    int ready = 0;
    do {
      ready = ::poll(&stderr_room, 1, stalled_ ? 0 : patience_ms.load());
    } while (ready < 0 && errno == EINTR);
    stalled_ = ready == 0;
    return !stalled_;
  }

  std::string status_;
  bool stalled_ = false;    // nobody reads
  std::uint64_t lost_ = 0;  // lines since then
  bool torn_ = false;       // the last one was written in part
};

struct logger {
  std::shared_ptr<stderr_sink> sink = std::make_shared<stderr_sink>();
  spdlog::logger spdlog{"ingest", sink};

  logger() {
    spdlog.set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
    spdlog.set_level(spdlog::level::info);
  }
};

logger& the_logger() {
  static auto* const instance = new logger;  // never destroyed: threads may log while the process ends
  return *instance;
}

spdlog::level::level_enum spdlog_level(level l) {
  switch (l) {
    case level::debug:
      return spdlog::level::debug;
    case level::info:
      return spdlog::level::info;
    case level::warning:
      return spdlog::level::warn;
    case level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

void configure(format f, level least) {
  the_logger().sink->line_format = f;
  the_logger().spdlog.set_level(spdlog_level(least));
}

void show_status_line(std::string_view status) noexcept {
  try {
    the_logger().sink->show(status);
  } catch (...) {
    // Out of memory: the status is stale, the log goes on.
  }
}

void wait_for_readers(std::chrono::milliseconds most) noexcept {
  the_logger().sink->patience_ms = static_cast<int>(most.count());
}

void print(std::string_view text) noexcept {
  try {
    the_logger().sink->print(text);
  } catch (...) {
    // Out of memory: the same as for a line of the log.
  }
}

namespace {

void write_line(level l, std::string_view event, std::string_view message, std::span<const field> f) noexcept {
  try {
    logger& log = the_logger();
    if (!log.spdlog.should_log(spdlog_level(l))) {
      return;
    }
    const std::string line = log.sink->line(l, event, message, f);
    log.spdlog.log(spdlog_level(l), spdlog::string_view_t(line.data(), line.size()));
  } catch (...) {
    // Out of memory: the line is lost, the work that was to be logged is not.
  }
}

}  // namespace

void write(level l, std::string_view event, std::string_view message, fields f) noexcept {
  write_line(l, event, message, {f.begin(), f.size()});
}

void write(level l, std::string_view event, std::string_view message, const std::vector<field>& f) noexcept {
  write_line(l, event, message, f);
}

}  // namespace ingest::log
