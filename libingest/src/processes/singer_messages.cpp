#include "processes/singer_messages.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include "core/ascii.hpp"
#include "core/utf8.hpp"
#include "ingest/error.hpp"
#include "log/quotable.hpp"

namespace ingest::processes {

namespace {

using detail::json_value;

enum place { type, stream, record, key, state, version };

std::optional<std::int64_t> whole_number(const json_value& v) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(v.raw.data(), v.raw.data() + v.raw.size(), number);
  const bool is_whole =
      v.what == json_value::kind::number && problem == std::errc() && end == v.raw.data() + v.raw.size();
  return is_whole ? std::optional(number) : std::nullopt;
}

std::string list_of(std::vector<std::string> names) {
  std::string all;
  for (const std::string& name : names) {
    all += (all.empty() ? "" : ", ") + name;
  }
  return all.empty() ? "none" : all;
}

}  // namespace

singer_messages::singer_messages(std::string process, std::vector<std::string> streams, std::vector<std::string> key,
                                 const std::string& id_pointer)
    : process_(std::move(process)),
      streams_(std::move(streams)),
      key_(std::move(key)),
      lines_(process_, {"/type", "/stream", "/record", "/record" + id_pointer, "/value", "/version"}) {}

message singer_messages::read(std::string_view line) {
  const auto what = lines_.read(line, found_);
  return what ? meaning(line, *what) : message{};
}

message singer_messages::meaning(std::string_view line, const message_lines::typed_line& what) {
  const std::string& type = what.type;
  if (type == "RECORD") {
    return record_of(line, what.is_json);
  }
  if (!what.is_json) {
    lines_.refuse(what, line);
  }
  if (type == "STATE") {
    has_spoken_ = true;  // of all streams
    const json_value& value = found_[state];
    if (value.is_null()) {
      return {};
    }
    if (value.what != json_value::kind::object || !detail::is_utf8(value.raw)) {
      throw error(errc::bad_data, process_ + " has written a STATE that is no object in UTF-8: " +
                                      detail::quotable(line.substr(0, 300)));
    }
    return {.what = message::kind::state, .state = value.raw};
  }
  if (type == "SCHEMA") {
    check_schema(line);
    return {};
  }
  if (type == "ACTIVATE_VERSION") {
    return is_ours() ? message{.what = message::kind::version, .version = whole_number(found_[version])} : message{};
  }
  if (type == "BATCH") {
    throw error(errc::bad_data, process_ +
                                    " writes BATCH messages, whose records are in files of its own: take batch_config "
                                    "out of its settings, so that it writes RECORD messages");
  }
  throw error(errc::bad_data, process_ + " has written a message of the type " + detail::quotable(type) +
                                  ", which Singer's specification does not have, so that nobody knows what would be "
                                  "lost with it");
}

message singer_messages::record_of(std::string_view line, bool is_json) {
  if (!is_ours()) {
    lines_.pass_over_record(stream_name());
    return {};
  }
  if (!is_json) {
    return {.what = message::kind::refused,
            .record = line,
            .reason = "it is not JSON: NaN, Infinity or a control character stands in it"};
  }
  if (found_[record].what != json_value::kind::object) {
    return {.what = message::kind::refused, .record = line, .reason = "the message has no object \"record\""};
  }
  return {.what = message::kind::record,
          .record = found_[record].raw,
          .key = found_[key],
          .version = whole_number(found_[version])};
}

/// The table was made for a key, and if that is another one now, other records would be merged.
void singer_messages::check_schema(std::string_view line) {
  if (!is_ours() || key_.empty()) {
    return;
  }
  static const std::array<json_pointer, 1> where{json_pointer("/key_properties")};
  std::array<json_value, 1> found;
  detail::json_scanner in(line);
  find_values(in, where, found);
  if (found[0].what != json_value::kind::array) {
    return;
  }
  std::vector<std::string> named;
  detail::json_scanner names(found[0].raw);
  names.array([&](std::size_t) {
    if (const auto name = names.value().text(scratch_)) {
      named.emplace_back(*name);
    }
  });
  if (!named.empty() && !std::is_permutation(named.begin(), named.end(), key_.begin(), key_.end())) {
    throw error(errc::config, "the SCHEMA message of stream " + streams_.front() + " says that its key is " +
                                  list_of(named) + ", and the catalog that it is " + list_of(key_) +
                                  ": set `typed.key` to the right one");
  }
}

bool singer_messages::is_ours() {
  const auto name = found_[stream].what == json_value::kind::string ? found_[stream].text(scratch_) : std::nullopt;
  const bool is = name && std::find(streams_.begin(), streams_.end(), *name) != streams_.end();
  has_spoken_ = has_spoken_ || is;
  if (name && !is) {
    refuse_other_case(*name);
  }
  return is;
}

/// Its records would be passed over, and its states kept all the same.
void singer_messages::refuse_other_case(std::string_view name) const {
  const auto ours =
      std::find_if(streams_.begin(), streams_.end(), [&](const std::string& s) { return lower(s) == lower(name); });
  if (ours != streams_.end()) {
    throw error(errc::bad_data, process_ + " calls the stream " + detail::quotable(name) +
                                    " in its messages, and the catalog calls it " + *ours +
                                    ": records of it would be missing. Have both say the same, in the catalog that the "
                                    "process is handed");
  }
}

std::string singer_messages::stream_name() {
  return std::string(found_[stream].text(scratch_).value_or(""));
}

}  // namespace ingest::processes
