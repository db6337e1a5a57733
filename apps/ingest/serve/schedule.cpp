#include "serve/schedule.hpp"

#include <algorithm>

#include "core/trimmed.hpp"
#include "ingest/error.hpp"
#include "serve/duration_text.hpp"

namespace ingest::app {

schedule::schedule(std::string_view text, std::string_view zone) : text_(detail::trimmed(text)) {
  constexpr std::string_view every = "every ";
  if (text_ == "@manual") {
    rule_ = manual();
  } else if (text_ == "continuous") {
    rule_ = continuous();
  } else if (text_.starts_with(every)) {
    const auto step = parse_seconds(std::string_view(text_).substr(every.size()));
    if (!step || step->count() == 0) {
      throw error(errc::config, "\"" + text_ + "\" is no schedule: write every 30s, 15min, 2h or 1d");
    }
    rule_ = *step;
  } else {
    rule_ = cron_line(text_, zone);
  }
}

std::optional<wall_time> schedule::next_after(wall_time after) const {
  if (const auto* const step = std::get_if<std::chrono::seconds>(&rule_)) {
    const auto since = after.time_since_epoch();
    return wall_time(since - (since % *step + *step) % *step + *step);
  }
  if (const auto* const line = std::get_if<cron_line>(&rule_)) {
    return line->next_after(after);
  }
  return std::nullopt;
}

}  // namespace ingest::app
