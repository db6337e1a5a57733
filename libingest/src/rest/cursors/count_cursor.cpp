#include "rest/cursors/count_cursor.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "rest/selectors/type_casts.hpp"

namespace ingest::rest {

namespace {

std::optional<std::int64_t> whole(const value& content) {
  const value number = as_integer(content);
  if (number.kind() != value::kind::integer) {
    return std::nullopt;
  }
  try {
    return number.integer();
  } catch (const error&) {
    return std::nullopt;
  }
}

class one_window final : public window_sequence {
 public:
  explicit one_window(value members) : members_(std::move(members)) {}
  std::optional<value> next() override { return std::exchange(members_, std::nullopt); }

 private:
  std::optional<value> members_;
};

class count_watch final : public record_watch {
 public:
  count_watch(std::string field, std::int64_t begin) : field_(std::move(field)), begin_(begin) {}

  const std::string& field() const override { return field_; }

  bool admits(const value* content) const override {
    const auto count = content != nullptr ? whole(*content) : std::nullopt;
    return !count || *count >= begin_;
  }

  bool is_known(const value& content) const override {
    const auto count = whole(content);
    return count && *count < begin_;
  }

  bool is_newer(const value& content, const value& than) const override {
    const auto one = whole(content);
    const auto other = whole(than);
    return one && other && *one > *other;
  }

  void observe(const value* content) override {
    const auto count = content != nullptr ? whole(*content) : std::nullopt;
    if (count && (!highest_ || *highest_ < *count)) {
      highest_ = count;
    }
  }

  value observed() const override { return highest_ ? value::integer_of(*highest_) : value(); }
  void resume(const value& observed) override { highest_ = observed.is_none() ? std::nullopt : whole(observed); }

 private:
  std::string field_;
  std::int64_t begin_;
  std::optional<std::int64_t> highest_;
};

}  // namespace

count_cursor::count_cursor(count_cursor_options options, const variables& known)
    : where_(std::move(options.where)),
      field_(options.cursor_field.evaluate_itself(known).to_text()),
      start_(0),
      start_value_option_(std::move(options.start_value_option)) {
  if (options.start_value) {
    const value start = options.start_value->evaluate_itself(known);
    const auto number = whole(start);
    if (!number) {
      throw error(errc::config, options.start_value->where() +
                                    ": `start_value` must come out as a whole number, not as " + start.to_repr());
    }
    start_ = *number;
  }
}

std::int64_t count_cursor::begin(const std::optional<std::string>& watermark) const {
  const auto reached = watermark ? whole(value::text_of(*watermark)) : std::optional(start_);
  if (!reached) {
    throw error(errc::bad_data, where_ + ": the watermark \"" + watermark->substr(0, 100) +
                                    "\" is no number; was the stream's cursor changed since? Read it from its "
                                    "beginning");
  }
  return std::max(*reached, start_);
}

std::unique_ptr<window_sequence> count_cursor::windows(const std::optional<std::string>& watermark) const {
  return std::make_unique<one_window>(value::dict_of({{"start", value::integer_of(begin(watermark))}}));
}

void count_cursor::inject(request_options& to, const value& stream_slice, const variables& given) const {
  if (start_value_option_) {
    const value* const start = stream_slice.find("start");
    start_value_option_->inject(to, start != nullptr ? *start : value(), given);
  }
}

std::unique_ptr<record_watch> count_cursor::watch(const std::optional<std::string>& watermark) const {
  return std::make_unique<count_watch>(field_, begin(watermark));
}

/// A partition has one window, so that texts of numbers need not be in order.
std::optional<std::string> count_cursor::watermark(const std::optional<std::string>& before, const value&,
                                                   const value& observed) const {
  const auto highest = observed.is_none() ? std::nullopt : whole(observed);
  if (!before && !highest) {
    return std::nullopt;
  }
  const std::int64_t reached = begin(before);
  return std::to_string(std::max(reached, highest.value_or(reached)));
}

}  // namespace ingest::rest
