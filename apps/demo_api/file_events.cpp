#include "demo_api/file_events.hpp"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace demo_api {
namespace {

int parse_digits(std::string_view text, std::size_t from, std::size_t count) {
  int value = 0;
  const char* begin = text.data() + from;
  const auto [end, failure] = std::from_chars(begin, begin + count, value);
  if (failure != std::errc() || end != begin + count || value < 0) {
    throw std::invalid_argument("not an ISO 8601 time: " + std::string(text));
  }
  return value;
}

std::string read_whole(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  // An empty file makes operator<< fail, though nothing is wrong with it.
  if (in.is_open() && in.peek() != std::ifstream::traits_type::eof()) {
    text << in.rdbuf();
  }
  if (!in.is_open() || in.bad() || text.fail()) {
    throw std::runtime_error(file.string() + ": cannot be read");
  }
  return std::move(text).str();
}

/// Sets the event's time and id from its JSON.
void read_keys(std::string_view json, timestamp_ms& time, std::string& id) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError()) {
    throw std::invalid_argument(rapidjson::GetParseError_En(document.GetParseError()));
  }
  if (!document.IsObject()) {
    throw std::invalid_argument("not a JSON object");
  }
  const auto found = document.FindMember("timestamp");
  if (found == document.MemberEnd() || !found->value.IsString()) {
    throw std::invalid_argument("no \"timestamp\"");
  }
  const std::string_view text(found->value.GetString(), found->value.GetStringLength());
  if (text.find('-', 1) == std::string_view::npos) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), time);
    if (failure != std::errc() || end != text.data() + text.size()) {
      throw std::invalid_argument("\"timestamp\" is neither milliseconds nor ISO 8601 text");
    }
  } else {
    time = parse_iso_time(text);
  }
  if (const auto name = document.FindMember("id"); name != document.MemberEnd() && name->value.IsString()) {
    id.assign(name->value.GetString(), name->value.GetStringLength());
  }
}

}  // namespace

timestamp_ms parse_iso_time(std::string_view text) {
  const bool whole_seconds = text.size() == 20;
  if ((!whole_seconds && text.size() != 24) || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
      text[16] != ':' || (!whole_seconds && text[19] != '.') || text.back() != 'Z') {
    throw std::invalid_argument("not an ISO 8601 time: " + std::string(text));
  }
  using namespace std::chrono;
  const year_month_day date{year(parse_digits(text, 0, 4)), month(static_cast<unsigned>(parse_digits(text, 5, 2))),
                            day(static_cast<unsigned>(parse_digits(text, 8, 2)))};
  if (!date.ok()) {
    throw std::invalid_argument("no such day: " + std::string(text));
  }
  const auto time = sys_days(date) + hours(parse_digits(text, 11, 2)) + minutes(parse_digits(text, 14, 2)) +
                    seconds(parse_digits(text, 17, 2)) + milliseconds(whole_seconds ? 0 : parse_digits(text, 20, 3));
  return duration_cast<milliseconds>(time.time_since_epoch()).count();
}

file_events::file_events(const std::filesystem::path& file) : text_(read_whole(file)) {
  std::size_t line = 1;
  for (std::string_view rest = text_; !rest.empty(); ++line) {
    std::string_view json = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), json.size() + 1));
    if (json.ends_with('\r')) {
      json.remove_suffix(1);
    }
    if (json.empty()) {
      continue;
    }
    try {
      event& added = events_.emplace_back(event{0, json, {}});
      read_keys(json, added.time, added.id);
    } catch (const std::invalid_argument& e) {
      throw std::runtime_error(file.string() + ", line " + std::to_string(line) + ": " + e.what());
    }
  }
  std::stable_sort(events_.begin(), events_.end(),
                   [](const event& a, const event& b) { return std::tie(b.time, a.id) < std::tie(a.time, b.id); });
}

std::string file_events::key(std::size_t index) const {
  // Events that share time and id are neighbours; all but the first get a number.
  std::size_t twins = 0;
  while (twins < index && events_[index - twins - 1].time == events_[index].time &&
         events_[index - twins - 1].id == events_[index].id) {
    ++twins;
  }
  return twins == 0 ? events_[index].id : events_[index].id + '#' + std::to_string(twins);
}

void file_events::append(std::size_t first, std::size_t last, char separator, std::string& out) const {
  for (std::size_t i = first; i < last; ++i) {
    if (i != first) {
      out += separator;
    }
    out += events_[i].json;
  }
}

}  // namespace demo_api
