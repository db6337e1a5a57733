#include "recording_folder.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "ingest/error.hpp"

namespace ingest::app {

namespace {

namespace fs = std::filesystem;
using rest::value;

constexpr const char* index_name = "recording.json";
constexpr const char* tokens_name = "tokens.exchanges.json";
constexpr const char* exchanges_end = ".exchanges.json";
constexpr const char* positions_end = ".positions.json";
constexpr const char* records_end = ".records.ndjson";
constexpr std::int64_t format = 1;

std::string contents_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || text.fail()) {
    throw error(errc::io, "cannot read " + path.string() + ": " + std::strerror(errno));
  }
  return std::move(text).str();
}

/// A file is whole or what it was before.
void write(const fs::path& path, const std::string& text) {
  const fs::path temporary = path.string() + ".tmp";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  std::error_code problem;
  if (file) {
    fs::rename(temporary, path, problem);
  }
  if (!file || problem) {
    throw error(errc::io,
                "cannot write " + path.string() + ": " + (problem ? problem.message() : std::strerror(errno)));
  }
}

const std::string& text_in(const recording_texts& texts, const std::string& name) {
  const auto found = texts.find(name);
  if (found == texts.end()) {
    throw error(errc::bad_data, name + " is missing in the recording; record it anew");
  }
  return found->second;
}

[[noreturn]] void refuse(const std::string& what) {
  throw error(errc::bad_data, std::string(index_name) + ": " + what + "; record it anew");
}

const value& member(const value& of, const char* name, bool (value::*is)() const) {
  const value* const found = of.find(name);
  if (found == nullptr || !(found->*is)()) {
    refuse("`" + std::string(name) + "` is missing, or not what is recorded there");
  }
  return *found;
}

std::uint64_t number(const value& of, const char* name) {
  const value& found = member(of, name, &value::is_number);
  if (found.kind() != value::kind::integer || found.integer() < 0) {
    refuse("`" + std::string(name) + "` is no whole number");
  }
  return static_cast<std::uint64_t>(found.integer());
}

/// Of a file in this directory, wherever the text comes from.
std::string plain_name(const value& of) {
  std::string name = member(of, "file", &value::is_text).text();
  if (name.empty() || name.find('/') != std::string::npos || name.starts_with('.')) {
    refuse("\"" + name + "\" is no name of a stream's files");
  }
  return name;
}

value index_of(const recording& r) {
  value::elements hosts;
  for (const std::string& host : r.allowed_hosts) {
    hosts.push_back(value::text_of(host));
  }
  value::elements streams;
  for (const recorded_stream& s : r.streams) {
    streams.push_back(value::dict_of({{"name", value::text_of(s.name)},
                                      {"file", value::text_of(s.file)},
                                      {"cut_after", value::integer_of(static_cast<std::int64_t>(s.cut_after))}}));
  }
  const auto present = std::chrono::floor<std::chrono::milliseconds>(r.present.time_since_epoch()).count();
  return value::dict_of({{"format", value::integer_of(format)},
                         {"manifest", value::text_of(r.manifest)},
                         {"present_ms", value::integer_of(present)},
                         {"allowed_hosts", value::list_of(std::move(hosts))},
                         {"config", r.config},
                         {"streams", value::list_of(std::move(streams))}});
}

recorded_stream stream_of(const value& listed, const recording_texts& texts) {
  recorded_stream s{member(listed, "name", &value::is_text).text(), plain_name(listed), number(listed, "cut_after")};
  s.groups = rest::exchanges_of(text_in(texts, s.file + exchanges_end), s.file + exchanges_end);
  s.expected = rest::transcript_of(text_in(texts, s.file + positions_end), text_in(texts, s.file + records_end),
                                   s.file + positions_end);
  s.expected.cut = s.cut_after > 0;
  return s;
}

}  // namespace

recording_texts texts_of(const recording& r) {
  recording_texts all{{index_name, rest::readable_json(index_of(r))}};
  for (const recorded_stream& s : r.streams) {
    all[s.file + exchanges_end] = rest::to_text(s.groups);
    all[s.file + positions_end] = rest::positions_text(s.expected);
    all[s.file + records_end] = rest::records_text(s.expected);
  }
  if (!r.tokens.empty()) {
    all[tokens_name] = rest::to_text(rest::exchange_groups{{"", r.tokens}});
  }
  return all;
}

recording recording_of(const recording_texts& texts) {
  value index;
  try {
    index = value::from_json(text_in(texts, index_name));
  } catch (const error& e) {
    refuse(e.what());
  }
  if (number(index, "format") != format) {
    refuse("another version of ingest has written it");
  }
  recording r;
  r.manifest = member(index, "manifest", &value::is_text).text();
  r.present = std::chrono::system_clock::time_point(std::chrono::milliseconds(number(index, "present_ms")));
  for (const value& host : member(index, "allowed_hosts", &value::is_list).items()) {
    r.allowed_hosts.push_back(host.to_text());
  }
  r.config = member(index, "config", &value::is_dict);
  for (const value& listed : member(index, "streams", &value::is_list).items()) {
    r.streams.push_back(stream_of(listed, texts));
  }
  if (texts.contains(tokens_name)) {
    for (rest::exchange_group& group : rest::exchanges_of(text_in(texts, tokens_name), tokens_name)) {
      r.tokens.insert(r.tokens.end(), group.exchanges.begin(), group.exchanges.end());
    }
  }
  return r;
}

recording_texts read_recording(const fs::path& directory) {
  std::error_code ignored;
  if (!fs::exists(directory / index_name, ignored)) {
    throw error(errc::config, directory.string() + " holds no recording; make one with ingest record");
  }
  recording_texts all;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.is_regular_file()) {
      all[entry.path().filename().string()] = contents_of(entry.path());
    }
  }
  return all;
}

void write_recording(const fs::path& directory, const recording_texts& texts) {
  std::error_code problem;
  fs::create_directories(directory, problem);
  if (problem) {
    throw error(errc::io, "cannot make " + directory.string() + ": " + problem.message());
  }
  if (!fs::exists(directory / index_name) && !fs::is_empty(directory)) {
    throw error(errc::config, directory.string() + " holds something else than a recording: name another directory");
  }
  // Without its index a recording is none: what stops here is not taken for one.
  fs::remove(directory / index_name, problem);
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(exchanges_end) || name.ends_with(positions_end) || name.ends_with(records_end)) {
      fs::remove(entry.path(), problem);
    }
  }
  for (const auto& [name, text] : texts) {
    if (name != index_name) {
      write(directory / name, text);
    }
  }
  write(directory / index_name, texts.at(index_name));
}

void write_expectation(const fs::path& directory, const recorded_stream& stream) {
  write(directory / (stream.file + records_end), rest::records_text(stream.expected));
  write(directory / (stream.file + positions_end), rest::positions_text(stream.expected));
}

}  // namespace ingest::app
