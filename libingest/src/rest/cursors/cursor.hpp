#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "rest/requests/request_options.hpp"
#include "rest/selectors/record_selector.hpp"

namespace ingest::rest {

/// The windows of a partition, in order.
class window_sequence {
 public:
  virtual ~window_sequence() = default;

  /// The next window, as the members that it adds to stream_slice; nothing behind the last one.
  virtual std::optional<value> next() = 0;
};

/// Reads a stream by and by: tells which windows are left behind a watermark, and what the watermark is behind a
/// window. A watermark is a text that the cursor has made: a partition is complete up to it; of two that were made of
/// one watermark before, the later one is the greater text, byte by byte. Thread-safe.
class cursor {
 public:
  virtual ~cursor() = default;

  /// Throws errc::config for templates and dates that make no sense, errc::bad_data for a watermark that the cursor
  /// cannot read.
  virtual std::unique_ptr<window_sequence> windows(const std::optional<std::string>& watermark) const = 0;

  /// Puts start and end of the slice's window into a request.
  virtual void inject(request_options& to, const value& stream_slice, const variables& given) const = 0;

  /// Looks at the records of one window of a partition that began with the watermark.
  virtual std::unique_ptr<record_watch> watch(const std::optional<std::string>& watermark) const = 0;

  /// The watermark behind a window that has been read to its end, and behind all before it; `observed` is the watch's.
  /// Nothing where nothing was observed, and there was none before: then a start that is set earlier is heeded.
  virtual std::optional<std::string> watermark(const std::optional<std::string>& before, const value& window,
                                               const value& observed) const = 0;

  /// The watermark of a partition that is complete up to that time; nothing where it goes by no time.
  virtual std::optional<std::string> watermark_at(std::chrono::sys_time<std::chrono::milliseconds>) const {
    return std::nullopt;
  }

  /// When records that its watch does not admit are left out.
  virtual cursor_filter filter() const = 0;
};

}  // namespace ingest::rest
