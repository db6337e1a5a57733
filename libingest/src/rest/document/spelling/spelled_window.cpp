#include <algorithm>

#include "rest/document/spelling/made_dict.hpp"
#include "rest/document/spelling/spelling.hpp"

namespace ingest::rest {

namespace {

constexpr const char* iso = "%Y-%m-%dT%H:%M:%SZ";

/// Formats that records' times are read by beside the one that requests are made with.
constexpr const char* usual_formats[] = {
    "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%d",
};

std::string format_of(spelling& s, const node& of) {
  const node* const unit = spelling::at(of, "unit");
  const node* const format = spelling::at(of, "format");
  if (unit != nullptr && format != nullptr) {
    s.complain(*unit, "`incremental` has a `unit`, of seconds since 1970, or a `format`, not both");
  }
  if (unit != nullptr) {
    const std::string_view name = unit->text();
    if (name != "s" && name != "ms" && name != "us") {
      s.complain(*unit, "`unit` of `incremental` must be s, ms or us");
    }
    return name == "ms" ? "%ms" : name == "us" ? "%epoch_microseconds" : "%s";
  }
  const std::string name = s.text(of, "format", "`incremental`");
  if (!name.empty() && name != "iso" && name != "date" && name.find('%') == std::string::npos) {
    s.complain(*format, "`format` of `incremental` must be iso, date, or one of strftime such as %Y-%m-%d");
  }
  return name.empty() || name == "iso" ? iso : name == "date" ? "%Y-%m-%d" : name;
}

/// Any date that is written as usual, in the format that requests have.
std::string start_of(spelling& s, const node& of, const std::string& format) {
  const node* const start = spelling::at(of, "start");
  if (start != nullptr && start->scalar().is_number()) {
    return s.text(of, "start", "`incremental`");
  }
  std::string said = s.text(of, "start", "`incremental`");
  if (said.empty()) {
    said = "1970-01-01T00:00:00Z";
  }
  const std::string in_format = "', '" + format + "') }}";
  constexpr std::string_view begin = "{{ ";
  constexpr std::string_view end = " }}";
  if (said.starts_with("{{ config[") && said.find("}}") == said.size() - 2) {
    return "{{ format_datetime(" + said.substr(begin.size(), said.size() - begin.size() - end.size()) + ", '" + format +
           "') }}";
  }
  const bool is_template = said.find("{{") != std::string::npos;
  return is_template ? said : "{{ format_datetime('" + said + in_format;
}

std::string duration_in(spelling& s, const node& of, std::string_view name) {
  const node* const found = spelling::at(of, name);
  const auto made = found == nullptr ? std::optional<std::string>("") : iso_duration(found->text());
  if (!made) {
    s.complain(*found,
               "`" + std::string(name) + "` of `incremental` must be a duration: 30d, 12h, 10min, 2w, 1mo, or P1M");
  }
  return made.value_or("");
}

void take_step(spelling& s, const node& of, made_dict& made) {
  const std::string step = duration_in(s, of, "step");
  if (step.empty()) {
    return;
  }
  const node& at = *spelling::at(of, "step");
  if (spelling::at(of, "until_param") == nullptr) {
    s.complain(at, "`step` needs `until_param`: without an end, each window would have all that comes behind it");
  }
  // Windows meet: whether an API has the end with it or not, nothing is between them.
  made.set("step", step).set("cursor_granularity", "PT0S");
}

}  // namespace

node spelled_window(spelling& s, const node& incremental, const std::string& body) {
  made_dict made(incremental.line(), "DatetimeBasedCursor");
  if (!s.check(incremental, "`incremental`",
               {"field", "param", "until_param", "format", "unit", "start", "step", "lookback", "in"})) {
    return made;
  }
  const std::string format = format_of(s, incremental);
  made.set("cursor_field", s.required_text(incremental, "field", "`incremental`"));
  made.set("datetime_format", format);
  std::vector<node> formats = {node::text(format, incremental.line())};
  for (const char* const usual : usual_formats) {
    if (usual != format) {
      formats.push_back(node::text(usual, incremental.line()));
    }
  }
  made.set_list("cursor_datetime_formats", std::move(formats));
  made.set("start_datetime", start_of(s, incremental, format));
  const node* const in = spelling::at(incremental, "in");
  const std::string place = in != nullptr && in->text() == "body" && !body.empty() ? body : "query";
  if (in != nullptr && in->text() != "query" && place == "query") {
    s.complain(*in, "`in` of `incremental` must be query, or body where the stream has `json` or `form`");
  }
  const bool asks = spelling::at(incremental, "param") != nullptr;
  if (asks) {
    made.set("start_time_option",
             spelled_option(incremental.line(), s.text(incremental, "param", "`incremental`"), place));
  } else {
    made.set_flag("is_client_side_incremental");
  }
  if (const node* const until = spelling::at(incremental, "until_param")) {
    if (!asks) {
      s.complain(*until, "`until_param` needs `param`, for the other end");
    }
    made.set("end_time_option",
             spelled_option(incremental.line(), s.text(incremental, "until_param", "`incremental`"), place));
  }
  const std::string lookback = duration_in(s, incremental, "lookback");
  if (!lookback.empty()) {
    made.set("lookback_window", lookback);
  } else {
    // APIs that mean "after" by `since` would not give what came later in the second, or on the day, of the last run.
    made.set("lookback_window", format == "%Y-%m-%d" ? "P1D" : "PT1S");
  }
  take_step(s, incremental, made);
  return made;
}

}  // namespace ingest::rest
