#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "rest/cursors/cursor.hpp"

namespace ingest::rest {

struct count_cursor_options {
  interpolation cursor_field;
  std::optional<interpolation> start_value = {};  ///< 0
  std::optional<request_option> start_value_option = {};
  std::string where = {};
};

/// IncrementingCountCursor: a member of records that only grows. There is one window, which has no end:
/// {"start": …}.
class count_cursor final : public cursor {
 public:
  /// Throws errc::config for a start that is no whole number.
  count_cursor(count_cursor_options options, const variables& known);

  std::unique_ptr<window_sequence> windows(const std::optional<std::string>& watermark) const override;
  void inject(request_options& to, const value& stream_slice, const variables& given) const override;
  std::unique_ptr<record_watch> watch(const std::optional<std::string>& watermark) const override;
  std::optional<std::string> watermark(const std::optional<std::string>& before, const value& window,
                                       const value& observed) const override;
  cursor_filter filter() const override { return cursor_filter::none; }

 private:
  std::int64_t begin(const std::optional<std::string>& watermark) const;

  std::string where_;
  std::string field_;
  std::int64_t start_;
  std::optional<request_option> start_value_option_;
};

}  // namespace ingest::rest
