#include "serve/status_json.hpp"

#include <cstdint>

#include "ingest/version.hpp"
#include "json_text.hpp"
#include "settings/setting_text.hpp"

namespace ingest::app {

namespace {

void put_number(dense_json& to, std::string_view k, double n) {
  to.key(k);
  const bool is_whole = n >= 0 && n < 9e15 && n == static_cast<double>(static_cast<std::uint64_t>(n));
  is_whole ? to.json.Uint64(static_cast<std::uint64_t>(n)) : to.json.Double(n);
}

void put_time(dense_json& to, std::string_view k, const std::optional<wall_time>& t) {
  to.key(k);
  t ? to.put(detail::date_of(t->time_since_epoch().count())) : void(to.json.Null());
}

void put_streams(dense_json& to, std::string_view name, const std::map<std::string, sync_figures::figures>& streams) {
  to.key(name);
  to.json.StartArray();
  for (const auto& [stream, figures] : streams) {
    to.json.StartObject();
    to.put("stream", stream);
    for (const auto& [metric, n] : figures) {
      put_number(to, metric, n);
    }
    to.json.EndObject();
  }
  to.json.EndArray();
}

void put_pipeline(dense_json& to, const pipeline_status& p) {
  to.json.StartObject();
  to.put("name", p.name);
  to.put("schedule", p.schedule);
  to.put("state", name_of(p.state));
  to.key("paused");
  to.json.Bool(p.is_paused);
  to.put("waits_for", p.waits_for);
  to.put("says", p.says);
  put_time(to, "next_begin", p.next_begin);
  put_time(to, "began", p.began);
  put_number(to, "failures", static_cast<double>(p.failures));
  put_time(to, "last_complete", p.last_complete);
  to.key("last");
  if (p.last) {
    to.json.StartObject();
    to.put("outcome", name_of(p.last->outcome));
    put_number(to, "exit_code", p.last->exit_code);
    to.put("error", p.last->error);
    put_time(to, "began", p.last->began);
    put_time(to, "ended", p.last->ended);
    put_number(to, "memory_bytes", static_cast<double>(p.last->memory));
    to.json.EndObject();
  } else {
    to.json.Null();
  }
  put_number(to, "hooks_failed", static_cast<double>(p.hooks_failed));
  to.put("hook_problem", p.hook_problem);
  put_number(to, "memory_bytes", static_cast<double>(p.memory));
  put_number(to, "memory_share_bytes", static_cast<double>(p.memory_share));
  put_number(to, "buffer_quota_bytes", static_cast<double>(p.buffer_quota_bytes));
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
  dense_json to;
  to.json.StartObject();
  to.put("version", version());
  put_time(to, "now", s.now);
  put_time(to, "began", s.began);
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
  dense_json to;
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
