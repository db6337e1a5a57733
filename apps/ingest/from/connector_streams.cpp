#include <algorithm>
#include <cctype>
#include <map>

#include "core/crc32c.hpp"
#include "from/connector.hpp"
#include "ingest/error.hpp"
#include "json/json_pointer.hpp"
#include "pipeline_names.hpp"
#include "records/identity_member.hpp"
#include "to/to.hpp"

namespace ingest::app {

namespace {

disposition disposition_named(const std::string& word) {
  return word == "replace"                    ? disposition::replace
         : word == "skip" || word == "append" ? disposition::skip
                                              : disposition::merge;
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return !name.empty() && std::find(names.begin(), names.end(), name) != names.end();
}

/// What STREAM and EXCLUDE say of a stream, or of a template.
bool is_chosen(const settings& s, const std::string& name, const std::string& made_by) {
  const bool asked = s.streams.empty() || has(s.streams, name) || has(s.streams, made_by);
  return asked && !has(s.exclude, name) && !has(s.exclude, made_by);
}

bool is_made_by(const rest::connector& from, const std::string& name) {
  return std::any_of(from.streams().begin(), from.streams().end(), [&](const auto& s) { return s.made_by == name; });
}

/// Whether a template whose streams only the API can tell has to be asked for: by its own name, or as one of the names
/// that STREAM has may be that of a stream that nobody knows yet.
bool may_have_chosen(const settings& s, const rest::connector& from, const std::string& name) {
  const std::vector<std::string> templates = from.unasked();
  const auto is_unknown = [&](const std::string& asked) {
    return from.find_known(asked) == nullptr && !is_made_by(from, asked) && !has(templates, asked);
  };
  const bool asked =
      s.streams.empty() || has(s.streams, name) || std::any_of(s.streams.begin(), s.streams.end(), is_unknown);
  return asked && !has(s.exclude, name);
}

/// A stream with a cursor is read on from where the run before has left it, unless that is asked not to be, or the
/// table is to have what there is now and nothing else.
bool reads_new(const settings& asked, const settings& own, const rest::declared_stream& stream) {
  const bool keeps_what_is_there = own.write == disposition::merge || own.write == disposition::skip;
  return !asked.reads_all && (asked.incremental || !asked.origins.contains("INCREMENTAL")) &&
         !stream.cursor_field.empty() && keeps_what_is_there && to_of(own).durable;
}

bool is_asked_for_all(const settings& s) {
  return s.origins.contains("INCREMENTAL") && !s.incremental;
}

/// Whether each version of a record is to be a row.
bool appends(const settings& s, const rest::declared_stream& stream) {
  return s.origins.contains("WRITE") ? s.write == disposition::append : stream.write == "append";
}

void require_appendable(const settings& own, const rest::declared_stream& stream) {
  const char* const problem =
      stream.cursor_field.empty()      ? " has no cursor, so that each run reads all of it again"
      : !rest::may_be_appended(stream) ? " is read by groups of parents, which differ from run to run"
      : own.tables == table_kind::json ? " would have to have an id in each record, for a table of (id, data)"
                                       : nullptr;
  if (problem != nullptr) {
    throw error(errc::config, "WRITE is append, but stream " + stream.name + problem +
                                  ": choose merge where there is a key, or replace");
  }
}

/// Windows and runs overlap where they meet, so that records come again. Where no key tells that, what they consist of
/// does. Of a table that each run replaces, windows alone count.
bool knows_by_content(const settings& own, const rest::declared_stream& stream) {
  if (own.from.what != source_choice::kind::connector || own.tables != table_kind::typed ||
      !rest::may_be_appended(stream)) {
    return false;  // a process says itself how it goes on
  }
  const bool is_replaced = own.origins.contains("WRITE") ? own.write == disposition::replace
                                                         : stream.write == "replace" || is_asked_for_all(own);
  return appends(own, stream) || (!own.has_key && (!is_replaced || rest::windows_meet(stream)));
}

void know_by_content(settings& own) {
  own.known_by_content = true;
  own.has_key = true;
  own.key = {std::string(identity_member)};
  own.id_pointer = json_pointer::text_to_member(own.key.front());
}

/// That of the stream, unless somebody has said another.
void take_key(const settings& s, const rest::declared_stream& stream, settings& own) {
  own.key.clear();
  for (const auto& path : stream.primary_key) {
    if (path.size() != 1 && own.tables == table_kind::typed && to_of(s).keyed) {
      throw error(errc::config, "stream " + stream.name +
                                    " has a primary key inside of a field, which cannot be a typed table's: set KEY to "
                                    "fields of its records, or KEY=none");
    }
    own.key.push_back(path.front());
  }
  own.has_key = !own.key.empty();
  if (own.has_key && own.tables == table_kind::json && to_of(s).keyed) {
    if (stream.primary_key.size() != 1) {
      throw error(errc::config, "stream " + stream.name +
                                    " has a primary key of several fields, and a table of (id, data) an id: leave "
                                    "TABLES=typed, or set ID_POINTER");
    }
    own.key.clear();
    own.id_pointer.clear();
    for (const std::string& member : stream.primary_key.front()) {
      own.id_pointer += json_pointer::text_to_member(member);
    }
  }
}

/// How rows get into the table, where nobody has said it.
disposition usual_write(const settings& own, const rest::declared_stream& stream, bool has_key_of_its_own) {
  // One that a key was taken from cannot merge any more.
  if (!stream.write.empty() && (own.has_key || stream.write == "replace")) {
    return disposition_named(stream.write);
  }
  return has_key_of_its_own                               ? disposition::merge
         : own.known_by_content && !is_asked_for_all(own) ? disposition::skip
                                                          : disposition::replace;
}

using failures = std::map<std::string, error>;

/// Asks for the streams of the templates that may have chosen ones. Returns what has failed, by template.
failures ask_for_streams(const settings& s, rest::connector& from, const std::stop_token& stop) {
  failures failed;
  const std::vector<std::string> templates = from.unasked();
  const rest::manifest_verdict verdict = check_manifest(from.source());
  for (const rest::stream_verdict& one : verdict.streams) {
    if (!has(templates, one.name) || !one.runs() || !may_have_chosen(s, from, one.name)) {
      continue;
    }
    try {
      from.ask_for_streams([&one](const std::string& name) { return name == one.name; }, stop);
    } catch (const error& e) {
      if (e.code() == errc::cancelled) {
        throw;
      }
      failed.emplace(one.name, e);
    }
  }
  return failed;
}

/// Throws errc::config, with the names that there are, for one in STREAM or EXCLUDE that nothing has.
void check_names(const settings& s, const rest::connector& from, const rest::manifest_verdict& verdict) {
  for (const auto* const names : {&s.streams, &s.exclude}) {
    for (const std::string& name : *names) {
      const bool known =
          is_made_by(from, name) || std::any_of(verdict.streams.begin(), verdict.streams.end(),
                                                [&](const rest::stream_verdict& v) { return v.name == name; });
      if (!known) {
        from.find(name);
      }
    }
  }
}

chosen_stream chosen(const rest::stream_verdict& verdict, const rest::declared_stream* declared,
                     const failures& failed) {
  chosen_stream made{verdict.name, std::nullopt, text_of(verdict.findings)};
  if (declared != nullptr) {
    made.declared = *declared;
    return made;
  }
  const auto failure = failed.find(verdict.name);
  if (failure != failed.end()) {
    made.problem = std::string("which streams it has, could not be asked for: ") + failure->second.what();
    made.failure = failure->second.code();
  } else if (made.problem.empty()) {
    made.problem = "which streams it has, only answers of the API tell, which is not asked here";
  }
  return made;
}

/// All that is chosen; `failed` are templates whose streams could not be asked for.
std::vector<chosen_stream> streams_beside(const settings& s, const rest::connector& from, const failures& failed) {
  const rest::manifest_verdict verdict = check_manifest(from.source());
  if (const std::string problem = text_of(verdict.findings); !problem.empty()) {
    throw error(errc::config, from.source().name + " cannot be run here: " + problem);
  }
  if (failed.empty()) {
    check_names(s, from, verdict);
  }
  std::vector<chosen_stream> all;
  std::vector<std::string> names;
  for (const rest::stream_verdict& stream : verdict.streams) {
    const rest::declared_stream* const declared = from.find_known(stream.name);
    const bool hides_streams = failed.contains(stream.name) && may_have_chosen(s, from, stream.name);
    if (!hides_streams && !is_chosen(s, stream.name, declared == nullptr ? "" : declared->made_by)) {
      continue;
    }
    all.push_back(chosen(stream, declared, failed));
    names.push_back(stream.name);
  }
  require_tables_apart(names);
  return all;
}

}  // namespace

/// All that is wrong, at once.
std::string text_of(const std::vector<rest::finding>& findings) {
  std::string all;
  for (const rest::finding& f : findings) {
    if (f.hinders()) {
      all += (all.empty() ? "" : "; ") + to_text(f);
    }
  }
  return all;
}

std::vector<chosen_stream> checked_streams(const settings& s, rest::connector& from, const std::stop_token& stop) {
  const failures failed = ask_for_streams(s, from, stop);
  return streams_beside(s, from, failed);
}

std::vector<chosen_stream> checked_streams_unasked(const settings& s, const rest::connector& from) {
  return streams_beside(s, from, {});
}

std::string absolute_text(const std::filesystem::path& path) {
  std::error_code unknown;  // where the working directory is gone, say: then it stays relative
  const std::filesystem::path absolute = path.empty() ? path : std::filesystem::absolute(path, unknown);
  return (unknown ? path : absolute).lexically_normal().string();
}

std::string checksum_of(std::string_view whole) {
  const std::uint32_t number = crc32c(whole);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) {
    text += digits[number >> shift & 0xF];
  }
  return text;
}

std::string made_of(const rest::declared_stream& stream) {
  return stream.made_by.empty() ? "" : checksum_of(stream.component.to_json());
}

std::string file_name_of(const std::string& stream) {
  std::string name = stream;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0 && c != '_' && c != '-'; }, '_');
  return shortened(name, stream, 40);
}

std::string table_name_of(const std::string& stream) {
  std::string name;
  for (const char c : stream) {
    const auto byte = static_cast<unsigned char>(c);
    name += std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : '_';
  }
  return name.size() <= longest_name ? name : shortened(name, stream, longest_name);
}

void require_tables_apart(const std::vector<std::string>& streams) {
  std::map<std::string, std::string> tables;
  for (const std::string& stream : streams) {
    const auto [other, is_first] = tables.emplace(table_name_of(stream), stream);
    if (!is_first) {
      throw error(errc::config, "the streams \"" + other->second + "\" and \"" + stream + "\" would both be table " +
                                    other->first + ": read them one at a time, with STREAM and TABLE");
    }
  }
}

settings stream_settings(const settings& s, const rest::declared_stream& stream, bool alone) {
  settings own = s;
  own.stream = stream.name;
  own.stream_schema = stream.schema;
  own.stream_is_csv = rest::is_of_csv(stream);
  own.token_file = s.token_file.empty() ? s.data_dir / token_file_name : s.token_file;
  own.data_dir = s.data_dir / file_name_of(stream.name);
  own.pipeline = pipeline_of_stream(s.pipeline, stream.name);
  // What is no regular file, a pipe, takes the reports of all streams, one after the other.
  std::error_code ignored;
  const bool is_replaced =
      !std::filesystem::exists(s.report, ignored) || std::filesystem::is_regular_file(s.report, ignored);
  if (!s.report.empty() && !alone && is_replaced) {
    own.report.replace_extension("." + file_name_of(stream.name) + s.report.extension().string());
  }
  if (!alone || !s.origins.contains("TABLE")) {
    own.table = (s.target_schema.empty() ? "" : s.target_schema + ".") + table_name_of(stream.name);
  }
  if (!s.origins.contains("TABLES")) {
    own.tables = table_kind::typed;
  }
  const bool is_appended = own.from.what == source_choice::kind::connector && appends(own, stream);
  if (is_appended && to_of(own).durable) {
    require_appendable(own, stream);
  }
  if (!is_appended && !s.origins.contains("KEY") && !s.origins.contains("ID_POINTER")) {
    take_key(s, stream, own);
  }
  if (own.has_key && !own.key.empty()) {
    own.id_pointer = json_pointer::text_to_member(own.key.front());
  }
  const bool has_key_of_its_own = own.has_key;
  if (knows_by_content(own, stream)) {
    know_by_content(own);
  }
  if (!s.origins.contains("WRITE")) {
    own.write = usual_write(own, stream, has_key_of_its_own);
  } else if (own.known_by_content && own.write == disposition::append) {
    own.write = disposition::skip;
  }
  own.incremental = reads_new(s, own, stream);
  return own;
}

}  // namespace ingest::app
