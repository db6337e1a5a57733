#include "ingest/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <mutex>

#include "log/log_line.hpp"

namespace ingest::log {

namespace {

constexpr std::string_view clear_line = "\r\x1b[K";

/// stderr, with an optional status line that stays below all that is logged. Both go through one lock and out in one
/// write(), so that they cannot garble each other.
class stderr_sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  void show(std::string_view status) {
    const std::lock_guard lock(mutex_);
    if (status.empty() && status_.empty()) {
      return;
    }
    status_ = status;
    put(std::string(clear_line) + status_);
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
  /// A log that cannot be written is no reason to stop: what fails is dropped.
  static void put(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto written = ::write(STDERR_FILENO, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) {
        return;
      }
      bytes.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
  }

  std::string status_;
};

struct logger {
  std::shared_ptr<stderr_sink> sink = std::make_shared<stderr_sink>();
  spdlog::logger spdlog{"ingest", sink};
  std::atomic<format> line_format{format::json};

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
  the_logger().line_format = f;
  the_logger().spdlog.set_level(spdlog_level(least));
}

void show_status_line(std::string_view status) noexcept {
  try {
    the_logger().sink->show(status);
  } catch (...) {
    // Out of memory: the status is stale, the log goes on.
  }
}

void write(level l, std::string_view event, std::string_view message, fields f) noexcept {
  try {
    logger& log = the_logger();
    if (!log.spdlog.should_log(spdlog_level(l))) {
      return;
    }
    const auto now = std::chrono::system_clock::now();
    const std::string line = log.line_format == format::json ? detail::json_line(now, l, event, message, f)
                                                             : detail::text_line(now, l, event, message, f);
    log.spdlog.log(spdlog_level(l), spdlog::string_view_t(line.data(), line.size()));
  } catch (...) {
    // Out of memory: the line is lost, the work that was to be logged is not.
  }
}

}  // namespace ingest::log
