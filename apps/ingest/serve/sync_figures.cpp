#include "serve/sync_figures.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <type_traits>
#include <variant>

#include "histogram_text.hpp"
#include "log/event_names.hpp"

namespace ingest::app {

namespace {

void add_members(told_members& to, const rapidjson::Value& object, const std::string& before) {
  for (const auto& m : object.GetObject()) {
    const std::string name = before + std::string(m.name.GetString(), m.name.GetStringLength());
    if (m.value.IsString()) {
      to[name] = std::string(m.value.GetString(), m.value.GetStringLength());
    } else if (m.value.IsUint64()) {
      to[name] = m.value.GetUint64();
    } else if (m.value.IsInt64()) {
      to[name] = m.value.GetInt64();
    } else if (m.value.IsDouble()) {
      to[name] = m.value.GetDouble();
    } else if (m.value.IsBool()) {
      to[name] = m.value.GetBool();
    } else if (m.value.IsObject() && before.empty()) {
      add_members(to, m.value, name + ".");
    }
  }
}

/// Reports have times in seconds and attempts apart.
std::optional<double> reported(const told_members& report, const metric_definition& d) {
  const std::string name(d.name);
  if (d.unit == metric_unit::microseconds) {
    const auto seconds = number_in(report, "seconds." + name.substr(0, name.size() - 3));
    return seconds ? std::optional(*seconds * 1e6) : std::nullopt;
  }
  return number_in(report, d.unit == metric_unit::attempts ? "retries." + name : name);
}

void add_counters(sync_figures::figures& to, const sync_figures::figures& more) {
  for (const metrics::metric* m : known_metrics().all()) {
    const auto found = more.find(m->definition.name);
    if (m->definition.kind == metric_kind::counter && found != more.end()) {
      to[found->first] += found->second;
    }
  }
}

using by_histogram = std::map<std::string, std::vector<double>, std::less<>>;

void take_durations(by_histogram& to, const told_members& told, const std::string& before) {
  for (const metrics::histogram* h : known_metrics().histograms()) {
    if (auto figures = histogram_figures(text_in(told, before + std::string(h->name)))) {
      to[std::string(h->name)] = std::move(*figures);
    }
  }
}

void add_durations(by_histogram& to, const by_histogram& more) {
  for (const auto& [name, figures] : more) {
    std::vector<double>& all = to[name];
    all.resize(figures.size());
    std::transform(figures.begin(), figures.end(), all.begin(), all.begin(), std::plus<>());
  }
}

}  // namespace

const metrics& known_metrics() {
  static const metrics known;
  return known;
}

told_members members_of_json(std::string_view json) {
  told_members members;
  rapidjson::Document parsed;
  parsed.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (!parsed.HasParseError() && parsed.IsObject()) {
    add_members(members, parsed, "");
  }
  return members;
}

std::optional<double> number_in(const told_members& told, std::string_view name) {
  const auto found = told.find(name);
  return found == told.end() ? std::nullopt
                             : std::visit(
                                   [](const auto& v) -> std::optional<double> {
                                     if constexpr (std::is_arithmetic_v<std::decay_t<decltype(v)>>) {
                                       return static_cast<double>(v);
                                     } else {
                                       return std::nullopt;
                                     }
                                   },
                                   found->second);
}

std::string text_in(const told_members& told, std::string_view name) {
  const auto found = told.find(name);
  const auto* const text = found == told.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text == nullptr ? std::string() : *text;
}

std::string sync_figures::stream_of(const told_members& told) const {
  const std::string run = text_in(told, "pipeline");
  const std::string prefix = pipeline_ + ".";
  const std::string stream = run.starts_with(prefix) ? run.substr(prefix.size()) : std::string();
  return settled_.contains(stream) || settled_.size() < most_streams ? stream : "other";
}

void sync_figures::take_line(const told_members& line) {
  const std::string event = text_in(line, "event");
  if (event == events::run_started || event == events::run_resumed) {
    running_ = stream_of(line);
  } else if (event == events::progress) {
    for (const metrics::metric* m : known_metrics().all()) {
      if (const auto n = number_in(line, m->definition.name)) {
        open_[running_][std::string(m->definition.name)] = *n;
      }
    }
    take_durations(open_durations_[running_], line, "");
    latest_[running_] = open_[running_];
    for (const char* const rate : {"fetch_rows_per_s", "durable_rows_per_s", "load_rows_per_s"}) {
      latest_[running_][rate] = number_in(line, rate).value_or(0);
    }
  }
}

void sync_figures::take_report(const told_members& report) {
  figures told;
  for (const metrics::metric* m : known_metrics().all()) {
    if (const auto n = reported(report, m->definition); n && m->definition.kind != metric_kind::moment) {
      told[std::string(m->definition.name)] = *n;
    }
  }
  const std::string stream = stream_of(report);
  add_counters(settled_[stream], told);
  latest_[stream] = std::move(told);
  open_.erase(stream);
  by_histogram ended;
  take_durations(ended, report, "durations.");
  add_durations(settled_durations_[stream], ended);
  open_durations_.erase(stream);
}

void sync_figures::begin_sync() {
  end_sync();
  latest_.clear();
  running_.clear();
}

void sync_figures::end_sync() {
  for (const auto& [stream, told] : open_) {
    add_counters(settled_[stream], told);
  }
  open_.clear();
  settled_durations_ = all_durations();
  open_durations_.clear();
}

sync_figures::durations sync_figures::all_durations() const {
  durations all = settled_durations_;
  for (const auto& [stream, told] : open_durations_) {
    add_durations(all[stream], told);
  }
  return all;
}

std::map<std::string, sync_figures::figures> sync_figures::all() const {
  std::map<std::string, figures> all = settled_;
  for (const auto& [stream, told] : open_) {
    add_counters(all[stream], told);
    for (const metrics::metric* m : known_metrics().all()) {
      const auto found = told.find(m->definition.name);
      if (m->definition.kind == metric_kind::gauge && found != told.end()) {
        all[stream][found->first] = found->second;
      }
    }
  }
  return all;
}

}  // namespace ingest::app
