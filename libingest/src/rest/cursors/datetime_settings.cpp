#include "rest/cursors/datetime_settings.hpp"

#include <algorithm>
#include <array>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

using namespace std::chrono;

std::string text_or(const std::optional<interpolation>& text, const variables& known, std::string_view otherwise) {
  return text ? text->evaluate_itself(known).to_text() : std::string(otherwise);
}

std::optional<duration> duration_or_none(const std::optional<interpolation>& text, const variables& known) {
  const value content = text ? text->evaluate_itself(known) : value();
  return content.truth() ? std::optional(duration::parse(content.to_text(), text->where())) : std::nullopt;
}

weekday weekday_called(const std::optional<std::string>& name, const std::string& where) {
  constexpr std::array<std::string_view, 7> names = {"SUNDAY",   "MONDAY", "TUESDAY", "WEDNESDAY",
                                                     "THURSDAY", "FRIDAY", "SATURDAY"};
  const auto found = std::find(names.begin(), names.end(), name.value_or(""));
  if (found == names.end()) {
    throw error(errc::config, where +
                                  ": `clamping` to a WEEK needs `target_details: {weekday: MONDAY}`, or another "
                                  "day in capitals");
  }
  return weekday(static_cast<unsigned>(found - names.begin()));
}

}  // namespace

const date_format& exact_format() {
  static const date_format format("%Y-%m-%dT%H:%M:%S.%f%z", "a position");
  return format;
}

datetime_cursor::settings::settings(datetime_cursor_options given, std::shared_ptr<const variables> names,
                                    wall_clock clock)
    : options(std::move(given)),
      known(std::move(names)),
      now(std::move(clock)),
      sent(options.datetime_format, options.where),
      cursor_field(options.cursor_field.evaluate_itself(*known).to_text()),
      start_field(text_or(options.partition_field_start, *known, "start_time")),
      end_field(text_or(options.partition_field_end, *known, "end_time")),
      lookback(duration_or_none(options.lookback_window, *known)),
      start(options.start_datetime.evaluate(*known, options.datetime_format)) {
  if (options.step.has_value() != options.cursor_granularity.has_value()) {
    throw error(errc::config, options.where + ": `step` and `cursor_granularity` go together; it has one of them only");
  }
  for (const std::string& format : options.cursor_datetime_formats) {
    formats.emplace_back(format, options.where);
  }
  formats.push_back(sent);
  rules.step = duration_or_none(options.step, *known);
  if (options.cursor_granularity) {
    rules.granularity = duration::parse(*options.cursor_granularity, options.where);
  }
  rules.clamped = evaluated_clamping();
}

clamping datetime_cursor::settings::evaluated_clamping() const {
  if (!options.clamping_target) {
    return {};
  }
  const std::string target = options.clamping_target->evaluate_itself(*known).to_text();
  if (target == "DAY") {
    return clamping(clamping::period::day);
  }
  if (target == "WEEK") {
    return clamping(clamping::period::week, weekday_called(options.clamping_weekday, options.where));
  }
  if (target != "MONTH") {
    throw error(errc::config, options.where + ": `clamping` goes to DAY, WEEK or MONTH, not to \"" + target + "\"");
  }
  return clamping(clamping::period::month);
}

moment datetime_cursor::settings::present() const {
  return moment::of(floor<microseconds>(now())).value_or(start);
}

moment datetime_cursor::settings::end() const {
  moment asked = options.end_datetime ? options.end_datetime->evaluate(*known, options.datetime_format) : present();
  if (const auto latest = options.latest ? moment::of(floor<microseconds>(*options.latest)) : std::nullopt) {
    asked = std::min(asked, *latest);
  }
  if (rules.clamped.of() == clamping::period::none) {
    return asked;
  }
  const bool by_day = rules.clamped.of() == clamping::period::day;
  const duration last{0, by_day ? microseconds(seconds(1)) : microseconds(days(1))};
  return earlier(rules.clamped.down(asked).value_or(asked), rules.granularity.value_or(last)).value_or(asked);
}

moment datetime_cursor::settings::begin(const std::optional<std::string>& watermark) const {
  if (!watermark) {
    return start;
  }
  const auto reached = date_of_watermark(*watermark);
  if (!reached) {
    throw error(errc::bad_data, options.where + ": the watermark \"" + watermark->substr(0, 100) +
                                    "\" is in none of the cursor's formats; was `datetime_format` changed since? Put "
                                    "the format before into `cursor_datetime_formats`");
  }
  // What the format does not tell, the API does not see: windows divide what it sees.
  return std::max(sent.parse(std::string_view(sent.print(*reached))).value_or(*reached), start);
}

std::optional<moment> datetime_cursor::settings::date_of_watermark(const std::string& text) const {
  const auto exact = exact_format().parse(std::string_view(text));
  return exact ? exact : date_of(value::text_of(text));
}

std::optional<moment> datetime_cursor::settings::date_of(const value& content) const {
  for (const date_format& format : formats) {
    if (const auto date = format.parse(content)) {
      return date;
    }
  }
  return std::nullopt;
}

}  // namespace ingest::rest
