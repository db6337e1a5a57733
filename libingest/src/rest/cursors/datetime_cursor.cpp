#include "rest/cursors/datetime_cursor.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "rest/cursors/datetime_settings.hpp"

namespace ingest::rest {

namespace {

/// How what was observed is kept in positions: with all that a moment knows.
const date_format& exact_format() {
  static const date_format format("%Y-%m-%dT%H:%M:%S.%f%z", "a position");
  return format;
}

std::optional<moment> observed_moment(const value& observed) {
  return observed.is_text() ? exact_format().parse(std::string_view(observed.text())) : std::nullopt;
}

}  // namespace

class datetime_cursor::division_windows final : public window_sequence {
 public:
  division_windows(std::shared_ptr<const settings> of, moment lower, moment upper)
      : settings_(std::move(of)), division_(lower, upper, settings_->rules, settings_->options.where) {}

  std::optional<value> next() override {
    const auto bounds = division_.next();
    if (!bounds) {
      return std::nullopt;
    }
    return value::dict_of({{settings_->start_field, value::text_of(settings_->sent.print(bounds->start))},
                           {settings_->end_field, value::text_of(settings_->sent.print(bounds->end))}});
  }

 private:
  std::shared_ptr<const settings> settings_;
  window_division division_;
};

class datetime_cursor::dates_watch final : public record_watch {
 public:
  dates_watch(std::shared_ptr<const settings> of, moment begin)
      : settings_(std::move(of)),
        begin_(begin),
        end_(settings_->end()),
        ends_with_the_present_(end_.at() + std::chrono::days(1) >= settings_->now()) {}

  const std::string& field() const override { return settings_->cursor_field; }

  bool admits(const value* content) const override {
    const auto date = content != nullptr ? settings_->date_of(*content) : std::nullopt;
    if (!date) {
      return true;
    }
    return begin_ <= *date && (ends_with_the_present_ || *date <= end_);
  }

  void observe(const value* content) override {
    const auto date = content != nullptr ? settings_->date_of(*content) : std::nullopt;
    if (date && (!highest_ || *highest_ < *date)) {
      highest_ = date;
    }
  }

  value observed() const override { return highest_ ? value::text_of(exact_format().print(*highest_)) : value(); }

  void resume(const value& observed) override { highest_ = observed_moment(observed); }

 private:
  std::shared_ptr<const settings> settings_;
  moment begin_;
  moment end_;
  bool ends_with_the_present_;  ///< to the day: what has come since is no reason to stop
  std::optional<moment> highest_;
};

datetime_cursor::datetime_cursor(datetime_cursor_options options, std::shared_ptr<const variables> known,
                                 wall_clock now)
    : settings_(std::make_shared<const settings>(std::move(options), std::move(known), std::move(now))) {}

datetime_cursor::~datetime_cursor() = default;

std::unique_ptr<window_sequence> datetime_cursor::windows(const std::optional<std::string>& watermark) const {
  moment lower = settings_->begin(watermark);
  if (settings_->lookback) {
    lower = earlier(lower, *settings_->lookback).value_or(settings_->start);
  }
  return std::make_unique<division_windows>(settings_, std::max(lower, settings_->start), settings_->end());
}

std::string datetime_cursor::looked_back(const std::string& watermark, std::chrono::seconds by) const {
  const auto reached = settings_->date_of(value::text_of(watermark));
  const auto sooner = reached ? earlier(*reached, duration{0, by}) : std::nullopt;
  return sooner ? settings_->sent.print(*sooner) : watermark;
}

void datetime_cursor::inject(request_options& to, const value& stream_slice, const variables& given) const {
  const auto put = [&](const std::optional<request_option>& option, const std::string& field) {
    const value* const content = option ? stream_slice.find(field) : nullptr;
    if (option) {
      option->inject(to, content != nullptr ? *content : value(), given);
    }
  };
  put(settings_->options.start_time_option, settings_->start_field);
  put(settings_->options.end_time_option, settings_->end_field);
}

std::unique_ptr<record_watch> datetime_cursor::watch(const std::optional<std::string>& watermark) const {
  return std::make_unique<dates_watch>(settings_, settings_->begin(watermark));
}

std::string datetime_cursor::watermark(const std::optional<std::string>& before, const value& window,
                                       const value& observed) const {
  moment reached = settings_->begin(before);
  if (auto highest = observed_moment(observed)) {
    const value* const end = window.find(settings_->end_field);
    if (const auto last = end != nullptr ? settings_->date_of(*end) : std::nullopt) {
      highest = std::min(*highest, *last);
    }
    reached = std::max(reached, *highest);
  }
  return settings_->sent.print(reached);
}

cursor_filter datetime_cursor::filter() const {
  if (settings_->options.is_data_feed) {
    return cursor_filter::late;
  }
  return settings_->options.is_client_side_incremental ? cursor_filter::early : cursor_filter::none;
}

bool datetime_cursor::is_global() const {
  return settings_->options.global_substream_cursor;
}

}  // namespace ingest::rest
