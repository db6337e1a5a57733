#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rest/cursors/clamping.hpp"
#include "rest/cursors/cursor.hpp"
#include "rest/cursors/min_max_datetime.hpp"

namespace ingest::rest {

struct datetime_cursor_options {
  interpolation cursor_field;
  min_max_datetime start_datetime;
  std::optional<min_max_datetime> end_datetime = {};                 ///< nothing: the present
  std::optional<std::chrono::system_clock::time_point> latest = {};  ///< no later than that, whatever is said so
  std::string datetime_format = {};                                  ///< of what is sent, and of watermarks
  std::vector<std::string> cursor_datetime_formats = {};
  std::optional<interpolation> step = {};
  std::optional<std::string> cursor_granularity = {};
  std::optional<interpolation> lookback_window = {};
  std::optional<request_option> start_time_option = {};
  std::optional<request_option> end_time_option = {};
  std::optional<interpolation> partition_field_start = {};  ///< "start_time"
  std::optional<interpolation> partition_field_end = {};    ///< "end_time"
  std::optional<interpolation> clamping_target = {};        ///< DAY, WEEK or MONTH
  std::optional<std::string> clamping_weekday = {};         ///< MONDAY …
  bool is_data_feed = false;
  bool is_client_side_incremental = false;
  std::string where = {};
};

/// DatetimeBasedCursor. Each partition has a watermark of its own, also where `global_substream_cursor` asks for one of
/// all: that spares a platform a large state, and would pass by what a new partition has of the time before. The CDK
/// takes `is_compare_strictly` and does nothing by it: a window whose ends are one point
/// is never made. What is observed counts as far as its window reaches only, so that a record of the future, or one
/// that an API sends in the wrong window, leads the watermark past nothing.
class datetime_cursor final : public cursor {
 public:
  using wall_clock = std::function<std::chrono::system_clock::time_point()>;

  /// Evaluates what can be evaluated with `known`, which has config. Throws errc::config for what makes no sense:
  /// formats, durations, dates, a step without a granularity or the other way round.
  datetime_cursor(datetime_cursor_options options, std::shared_ptr<const variables> known, wall_clock now);
  ~datetime_cursor() override;

  std::unique_ptr<window_sequence> windows(const std::optional<std::string>& watermark) const override;
  void inject(request_options& to, const value& stream_slice, const variables& given) const override;
  std::unique_ptr<record_watch> watch(const std::optional<std::string>& watermark) const override;
  std::optional<std::string> watermark(const std::optional<std::string>& before, const value& window,
                                       const value& observed) const override;
  std::optional<std::string> watermark_at(std::chrono::sys_time<std::chrono::milliseconds> time) const override;
  cursor_filter filter() const override;

 private:
  struct settings;
  class division_windows;
  class dates_watch;

  std::shared_ptr<const settings> settings_;
};

}  // namespace ingest::rest
