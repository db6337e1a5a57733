#include "rest/cursors/datetime_cursor.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "rest/cursors/datetime_settings.hpp"

namespace ingest::rest {

namespace {

std::optional<moment> observed_moment(const value& observed) {
  return observed.is_text() ? exact_format().parse(std::string_view(observed.text())) : std::nullopt;
}

moment sooner(const moment& at, const std::optional<duration>& by, const moment& otherwise) {
  return by ? earlier(at, *by).value_or(otherwise) : at;
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

  bool is_known(const value& content) const override {
    const auto date = settings_->date_of(content);
    return date && *date < begin_;
  }

  bool is_newer(const value& content, const value& than) const override {
    const auto one = settings_->date_of(content);
    const auto other = settings_->date_of(than);
    return one && other && *one > *other;
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
  const moment lower = sooner(settings_->begin(watermark), settings_->lookback, settings_->start);
  return std::make_unique<division_windows>(settings_, std::max(lower, settings_->start), settings_->end());
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
  // What comes late is looked for where the API does not filter, too.
  return std::make_unique<dates_watch>(settings_,
                                       sooner(settings_->begin(watermark), settings_->lookback, settings_->start));
}

std::optional<std::string> datetime_cursor::watermark(const std::optional<std::string>& before, const value& window,
                                                      const value& observed) const {
  std::optional<moment> reached = before ? settings_->date_of_watermark(*before) : std::nullopt;
  if (auto highest = observed_moment(observed)) {
    const value* const end = window.find(settings_->end_field);
    if (const auto last = end != nullptr ? settings_->date_of(*end) : std::nullopt) {
      highest = std::min(*highest, *last);
    }
    highest = std::min(*highest, settings_->present());
    reached = reached ? std::max(*reached, *highest) : highest;
  }
  return reached ? std::optional(exact_format().print(*moment::of(reached->at()))) : std::nullopt;
}

std::optional<std::string> datetime_cursor::watermark_at(std::chrono::sys_time<std::chrono::milliseconds> time) const {
  const auto at = moment::of(time);
  return at ? std::optional(exact_format().print(*at)) : std::nullopt;
}

cursor_filter datetime_cursor::filter() const {
  if (settings_->options.is_data_feed) {
    return cursor_filter::late;
  }
  return settings_->options.is_client_side_incremental ? cursor_filter::early : cursor_filter::none;
}

}  // namespace ingest::rest
