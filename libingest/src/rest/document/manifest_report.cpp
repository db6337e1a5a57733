#include "rest/document/manifest_report.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "ingest/error.hpp"
#include "json/json_text.hpp"

namespace ingest::rest {

namespace {

using detail::json_string;

std::vector<std::pair<std::string, int>> lacking_of(const manifest_verdict& verdict) {
  std::map<std::string, int> counts;
  for (const stream_verdict& s : verdict.streams) {
    std::set<std::string> of_stream;
    for (const finding& f : s.findings) {
      if (f.weight == finding::weight::lack) {
        of_stream.insert(f.component);
      }
    }
    for (const std::string& component : of_stream) {
      ++counts[component];
    }
  }
  std::vector<std::pair<std::string, int>> lacking(counts.begin(), counts.end());
  std::stable_sort(lacking.begin(), lacking.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return lacking;
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string json;
  for (const std::string& t : texts) {
    json += (json.empty() ? "" : ",") + json_string(t);
  }
  return "[" + json + "]";
}

std::string to_json(const finding& f) {
  std::string json = "{\"weight\":" + json_string(name_of(f.weight)) + ",\"path\":" + json_string(f.path) +
                     ",\"line\":" + std::to_string(f.line) + ",\"text\":" + json_string(f.text);
  if (!f.component.empty()) {
    json += ",\"component\":" + json_string(f.component);
  }
  return json + "}";
}

std::string to_json(const std::vector<finding>& findings) {
  std::string json;
  for (const finding& f : findings) {
    json += (json.empty() ? "" : ",") + to_json(f);
  }
  return "[" + json + "]";
}

std::string to_json(const declared_stream& s) {
  std::string key;
  for (const auto& path : s.primary_key) {
    key += (key.empty() ? "" : ",") + json_list(path);
  }
  return ",\"primary_key\":[" + key + "],\"cursor_field\":" + json_string(s.cursor_field) +
         ",\"write\":" + json_string(usual_write(s)) + ",\"parents\":" + json_list(s.parents) +
         ",\"resumes\":" + json_string(name_of(s.resumes)) +
         ",\"schema_known\":" + (s.schema.empty() ? "false" : "true");
}

const declared_stream* declared(const manifest_report& r, const stream_verdict& of) {
  const auto found =
      std::find_if(r.streams.begin(), r.streams.end(), [&of](const auto& s) { return s.name == of.name; });
  return found == r.streams.end() ? nullptr : &*found;
}

std::string key_text(const declared_stream& s) {
  std::string text;
  for (const auto& path : s.primary_key) {
    text += text.empty() ? "" : ", ";
    for (const std::string& part : path) {
      text += (&part == &path.front() ? "" : ".") + part;
    }
  }
  return text.empty() ? "no key" : "key " + text;
}

std::string facts_text(const declared_stream& s) {
  std::string text = key_text(s) + "; " + std::string(usual_write(s));
  if (!s.cursor_field.empty()) {
    text += "; new ones by " + s.cursor_field;
  }
  for (const std::string& parent : s.parents) {
    text += (&parent == &s.parents.front() ? "; of " : ", ") + parent;
  }
  return text + "; resumes: " + std::string(name_of(s.resumes));
}

void append_findings(std::string& text, const std::vector<finding>& findings) {
  for (const finding& f : findings) {
    text += "  " + std::string(name_of(f.weight)) + "  " + ingest::rest::to_text(f) + '\n';
  }
}

}  // namespace

manifest_report report_of(const manifest& m, const custom::components& provided) {
  manifest_report r;
  r.name = m.name;
  r.verdict = check_manifest(m, provided);
  r.lacking = lacking_of(r.verdict);
  try {
    r.streams = declared_streams(m);
  } catch (const error& e) {
    r.verdict.findings.push_back({finding::weight::error, "streams", 0, e.what(), {}});
  }
  return r;
}

std::string to_text(const manifest_report& r) {
  std::string text;
  std::size_t running = 0;
  for (const stream_verdict& s : r.verdict.streams) {
    running += s.runs() ? 1 : 0;
    text += std::string(s.runs() ? "runs   " : "LACKS  ") + s.name;
    const declared_stream* const facts = declared(r, s);
    text += (facts == nullptr ? "" : ": " + facts_text(*facts)) + '\n';
    append_findings(text, s.findings);
  }
  append_findings(text, r.verdict.findings);
  return text + std::to_string(running) + " of " + std::to_string(r.verdict.streams.size()) + " streams of " + r.name +
         " run here\n";
}

std::string to_json(const manifest_report& r) {
  std::string streams;
  for (const stream_verdict& s : r.verdict.streams) {
    const declared_stream* const facts = declared(r, s);
    streams += std::string(streams.empty() ? "" : ",") + "{\"name\":" + json_string(s.name) +
               ",\"line\":" + std::to_string(s.line) + ",\"runs\":" + (s.runs() ? "true" : "false") +
               (facts == nullptr ? "" : to_json(*facts)) + ",\"findings\":" + to_json(s.findings) + "}";
  }
  std::string lacking;
  for (const auto& [component, count] : r.lacking) {
    lacking += std::string(lacking.empty() ? "" : ",") + "{\"component\":" + json_string(component) +
               ",\"streams\":" + std::to_string(count) + "}";
  }
  return "{\"manifest\":" + json_string(r.name) + ",\"runs\":" + (r.verdict.runs() ? "true" : "false") +
         ",\"streams\":[" + streams + "],\"findings\":" + to_json(r.verdict.findings) + ",\"lacking\":[" + lacking +
         "]}";
}

}  // namespace ingest::rest
