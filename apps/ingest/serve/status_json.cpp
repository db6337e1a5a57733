#include "serve/status_json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "core/utf8.hpp"
#include "ingest/version.hpp"
#include "settings/setting_text.hpp"

namespace ingest::app {

namespace {

class json_text {
 public:
  using writer = rapidjson::Writer<rapidjson::StringBuffer>;

  void key(std::string_view k) { json.Key(k.data(), static_cast<rapidjson::SizeType>(k.size())); }
  void put(std::string_view text) {
    const std::string whole = detail::with_invalid_utf8_replaced(text);
    json.String(whole.data(), static_cast<rapidjson::SizeType>(whole.size()));
  }
  void put(std::string_view k, std::string_view text) {
    key(k);
    put(text);
  }
  void put_number(std::string_view k, double n) {
    key(k);
    const bool is_whole = n >= 0 && n < 9e15 && n == static_cast<double>(static_cast<std::uint64_t>(n));
    is_whole ? json.Uint64(static_cast<std::uint64_t>(n)) : json.Double(n);
  }
  void put_time(std::string_view k, const std::optional<wall_time>& t) {
    key(k);
    t ? put(detail::date_of(t->time_since_epoch().count())) : void(json.Null());
  }
  void put_list(std::string_view k, const std::vector<std::string>& texts) {
    key(k);
    json.StartArray();
    for (const std::string& text : texts) {
      put(text);
    }
    json.EndArray();
  }
  std::string text() const { return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n"; }

 private:
  rapidjson::StringBuffer buffer_;

 public:
  writer json{buffer_};
};

void put_streams(json_text& to, std::string_view name, const std::map<std::string, sync_figures::figures>& streams) {
  to.key(name);
  to.json.StartArray();
  for (const auto& [stream, figures] : streams) {
    to.json.StartObject();
    to.put("stream", stream);
    for (const auto& [metric, n] : figures) {
      to.put_number(metric, n);
    }
    to.json.EndObject();
  }
  to.json.EndArray();
}

void put_pipeline(json_text& to, const pipeline_status& p) {
  to.json.StartObject();
  to.put("name", p.name);
  to.put("schedule", p.schedule);
  to.put("state", name_of(p.state));
  to.key("paused");
  to.json.Bool(p.is_paused);
  to.put("waits_for", p.waits_for);
  to.put("says", p.says);
  to.put_time("next_begin", p.next_begin);
  to.put_time("began", p.began);
  to.put_number("failures", static_cast<double>(p.failures));
  to.put_time("last_complete", p.last_complete);
  to.key("last");
  if (p.last) {
    to.json.StartObject();
    to.put("outcome", name_of(p.last->outcome));
    to.put_number("exit_code", p.last->exit_code);
    to.put("error", p.last->error);
    to.put_time("began", p.last->began);
    to.put_time("ended", p.last->ended);
    to.json.EndObject();
  } else {
    to.json.Null();
  }
  to.put_number("buffer_quota_bytes", static_cast<double>(p.buffer_quota_bytes));
  put_streams(to, "streams", p.latest);
  to.put_list("doubts", p.doubts);
  to.json.EndObject();
}

std::vector<std::string> reasons_of(const service_status& s) {
  std::vector<std::string> reasons;
  if (s.is_stopping) {
    reasons.emplace_back("the service is about to end");
  }
  if (!s.folder_problem.empty()) {
    reasons.push_back(s.folder_problem);
  }
  for (const auto& [name, why] : s.refused) {
    reasons.push_back(why);
  }
  return reasons;
}

}  // namespace

std::string status_json(const service_status& s) {
  json_text to;
  to.json.StartObject();
  to.put("version", version());
  to.put_time("now", s.now);
  to.put_time("began", s.began);
  to.key("stopping");
  to.json.Bool(s.is_stopping);
  to.put("folder_problem", s.folder_problem);
  to.key("refused");
  to.json.StartArray();
  for (const auto& [name, why] : s.refused) {
    to.json.StartObject();
    to.put("name", name);
    to.put("why", why);
    to.json.EndObject();
  }
  to.json.EndArray();
  to.key("pipelines");
  to.json.StartArray();
  for (const pipeline_status& p : s.pipelines) {
    put_pipeline(to, p);
  }
  to.json.EndArray();
  to.json.EndObject();
  return to.text();
}

bool is_ready(const service_status& s) {
  return reasons_of(s).empty();
}

std::string readiness_json(const service_status& s) {
  json_text to;
  to.json.StartObject();
  to.key("ready");
  to.json.Bool(is_ready(s));
  to.put_list("reasons", reasons_of(s));
  std::vector<std::string> failing;
  for (const pipeline_status& p : s.pipelines) {
    if (p.failures > 0) {
      failing.push_back(p.name + ": " + (p.last ? p.last->error : "its last syncs have failed"));
    }
  }
  to.put_list("failing", failing);
  to.json.EndObject();
  return to.text();
}

}  // namespace ingest::app
