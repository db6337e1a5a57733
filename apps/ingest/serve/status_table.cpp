#include "serve/status_table.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "core/utf8.hpp"
#include "ingest/error.hpp"
#include "settings/setting_text.hpp"

namespace ingest::app {

namespace {

using json = rapidjson::Value;

const json* find(const json& of, const char* name) {
  const auto found = of.FindMember(name);
  return found == of.MemberEnd() ? nullptr : &found->value;
}

/// Empty where there is none.
json::ConstArray list_in(const json& of, const char* name) {
  static const json none(rapidjson::kArrayType);
  const json* const v = find(of, name);
  return v != nullptr && v->IsArray() ? v->GetArray() : none.GetArray();
}

/// Exactly so many characters, cut or filled up.
std::string fitted(const std::string& text, std::size_t width) {
  const std::size_t length = detail::characters_in(text);
  if (length <= width) {
    return text + std::string(width - length, ' ');
  }
  std::size_t bytes = 0;
  for (std::size_t seen = 0; bytes < text.size(); ++bytes) {
    seen += detail::begins_character(text[bytes]) ? 1 : 0;
    if (seen == width) {
      break;
    }
  }
  return text.substr(0, bytes) + "…";
}

/// Without what would move the cursor or change colours.
std::string word_in(const json& of, const char* name) {
  const json* const v = find(of, name);
  std::string text = v != nullptr && v->IsString() ? std::string(v->GetString(), v->GetStringLength()) : "";
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  for (std::size_t at = text.find('\xc2'); at != std::string::npos; at = text.find('\xc2', at + 1)) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0) {  // C1 controls
      text.replace(at, 2, " ");
    }
  }
  return text;
}

double figure_in(const json& of, const char* name) {
  const json* const v = find(of, name);
  return v != nullptr && v->IsNumber() ? v->GetDouble() : 0;
}

/// In seconds since 1970; 0 where there is none.
std::int64_t moment_in(const json& of, const char* name) {
  const auto ms = detail::parse_time(word_in(of, name));
  return ms ? *ms / 1000 : 0;
}

double sum(const json& pipeline, const char* name) {
  double all = 0;
  for (const json& s : list_in(pipeline, "streams")) {
    all += figure_in(s, name);
  }
  return all;
}

std::string span_of(std::int64_t seconds) {
  const std::int64_t s = std::max<std::int64_t>(seconds, 0);
  return s < 90       ? std::to_string(s) + " s"
         : s < 5400   ? std::to_string((s + 30) / 60) + " min"
         : s < 172800 ? std::to_string((s + 1800) / 3600) + " h"
                      : std::to_string((s + 43200) / 86400) + " d";
}

std::string short_number(double n) {
  char text[32];
  std::snprintf(text, sizeof text,
                n < 10'000       ? "%.0f"
                : n < 10'000'000 ? "%.0f k"
                                 : "%.0f M",
                n < 10'000       ? n
                : n < 10'000'000 ? n / 1e3
                                 : n / 1e6);
  return text;
}

constexpr std::size_t widest_name = 28;

std::string happens(const json& p, std::int64_t now) {
  if (moment_in(p, "began") > 0) {
    return span_of(now - moment_in(p, "began")) + ", " + short_number(sum(p, "fetch_rows_per_s")) + "/s in, " +
           short_number(sum(p, "load_rows_per_s")) + "/s loaded, " + short_number(sum(p, "rows_loaded")) + " rows";
  }
  std::string next = moment_in(p, "next_begin") > 0 ? "next in " + span_of(moment_in(p, "next_begin") - now) : "";
  const json* const last = find(p, "last");
  if (last == nullptr || !last->IsObject()) {
    return next;
  }
  return word_in(*last, "outcome") + " " + span_of(now - moment_in(*last, "ended")) + " ago" +
         (next.empty() ? "" : ", " + next);
}

std::string sentence_of(const json& p) {
  const json* const last = find(p, "last");
  const std::string waits = word_in(p, "waits_for");
  return !waits.empty()                        ? "waits: " + waits
         : moment_in(p, "began") > 0           ? word_in(p, "says")
         : last != nullptr && last->IsObject() ? word_in(*last, "error")
                                               : "";
}

}  // namespace

std::string status_table(std::string_view text, std::size_t width) {
  rapidjson::Document status;
  status.Parse(text.data(), text.size());
  const json* const pipelines = status.IsObject() ? find(status, "pipelines") : nullptr;
  if (pipelines == nullptr || !pipelines->IsArray()) {
    throw error(errc::bad_data, "what answers there is no ingest service");
  }
  const std::int64_t now = moment_in(status, "now");
  std::size_t name_width = 8;
  std::size_t running = 0;
  for (const json& p : pipelines->GetArray()) {
    name_width = std::min(std::max(name_width, word_in(p, "name").size()), widest_name);
    running += moment_in(p, "began") > 0 ? 1 : 0;
  }
  std::vector<std::string> lines;
  lines.push_back("ingest " + word_in(status, "version") + ", up " + span_of(now - moment_in(status, "began")) + ": " +
                  std::to_string(pipelines->Size()) + " pipelines, " + std::to_string(running) + " running");
  for (const json& p : pipelines->GetArray()) {
    const double failures = figure_in(p, "failures");
    lines.push_back(fitted(word_in(p, "name"), name_width) + " " + fitted(word_in(p, "state"), 10) +
                    fitted(word_in(p, "schedule"), 18) + happens(p, now) +
                    (failures > 0 ? ", failed " + short_number(failures) + " times in a row" : ""));
    if (const std::string sentence = sentence_of(p); !sentence.empty()) {
      lines.push_back("  " + sentence);
    }
  }
  for (const json& one : list_in(status, "refused")) {
    lines.push_back("cannot be used: " + word_in(one, "why"));
  }
  std::string table;
  for (const std::string& line : lines) {
    table += (detail::characters_in(line) > width ? fitted(line, width) : line) + "\n";
  }
  return table;
}

}  // namespace ingest::app
