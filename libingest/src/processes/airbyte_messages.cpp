#include "processes/airbyte_messages.hpp"

#include <charconv>
#include <span>

#include "core/utf8.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "log/quotable.hpp"

namespace ingest::processes {

namespace {

using detail::json_value;

/// What is found in each line.
struct in_record {
  enum place { type, stream, space, data, key };
};
constexpr std::size_t most_logged_bytes = 8 << 10;

/// What a few pointers name in a line that is known to be JSON.
template <std::size_t N>
std::array<json_value, N> values_at(std::string_view line, const std::array<json_pointer, N>& where) {
  std::array<json_value, N> found;
  detail::json_scanner in(line);
  find_values(in, where, found);
  return found;
}

/// Of a number, too.
std::string scalar_of(const json_value& v) {
  std::string scratch;
  return std::string(v.text(scratch).value_or(""));
}

log::level level_of(std::string_view word) {
  if (word == "FATAL" || word == "ERROR") {
    return log::level::error;
  }
  return word == "WARN" ? log::level::warning : word == "INFO" ? log::level::info : log::level::debug;
}

}  // namespace

airbyte_messages::airbyte_messages(std::string process, std::string stream, std::string space,
                                   const std::string& id_pointer, std::function<void(std::string_view)> renewed)
    : process_(std::move(process)),
      stream_(std::move(stream)),
      space_(std::move(space)),
      renewed_(std::move(renewed)),
      lines_(process_, {"/type", "/record/stream", "/record/namespace", "/record/data", "/record/data" + id_pointer}) {}

message airbyte_messages::read(std::string_view line) {
  const auto what = lines_.read(line, found_);
  return what ? meaning(line, *what) : message{};
}

message airbyte_messages::meaning(std::string_view line, const message_lines::typed_line& what) {
  const std::string& type = what.type;
  if (type == "RECORD") {
    return record_of(line, what.is_json);
  }
  if (!what.is_json) {
    lines_.refuse(what, line);
  }
  if (type == "STATE") {
    return state_of(line);
  }
  if (type == "TRACE") {
    hear_trace(line);
  } else if (type == "LOG") {
    log_what(line);
  } else if (type == "CONTROL") {
    hear_control(line);
  } else if (type != "CATALOG" && type != "SPEC" && type != "CONNECTION_STATUS") {
    throw error(errc::bad_data, process_ + " has written a message of the type " + detail::quotable(type) +
                                    ", which Airbyte's protocol does not have, so that nobody knows what would be "
                                    "lost with it");
  }
  return {};
}

/// Many sources leave the namespace of the catalog out of their messages.
bool airbyte_messages::is_ours(const json_value& name, const json_value& space) {
  const std::string said = scalar_of(space);
  const bool is = scalar_of(name) == stream_ && (said.empty() || said == space_);
  has_spoken_ = has_spoken_ || is;
  return is;
}

message airbyte_messages::record_of(std::string_view line, bool is_json) {
  const auto name = found_[in_record::stream].text(scratch_);
  if (!name || *name != stream_ || !is_ours(found_[in_record::stream], found_[in_record::space])) {
    lines_.pass_over_record(std::string(name.value_or("")));
    return {};
  }
  ++since_state_;
  if (!is_json) {
    return {.what = message::kind::refused,
            .record = line,
            .reason = "it is not JSON: NaN, Infinity or a control character stands in it"};
  }
  if (found_[in_record::data].what != json_value::kind::object) {
    return {.what = message::kind::refused, .record = line, .reason = "the message has no object \"data\""};
  }
  return {.what = message::kind::record, .record = found_[in_record::data].raw, .key = found_[in_record::key]};
}

/// States are handed back as a list of messages; those of before protocol v0.2 have no type and are handed back as they
/// are.
message airbyte_messages::state_of(std::string_view line) {
  enum place { type, stream, name, space, global, data, count };
  static const std::array<json_pointer, 7> where{
      json_pointer("/state/type"),
      json_pointer("/state/stream"),
      json_pointer("/state/stream/stream_descriptor/name"),
      json_pointer("/state/stream/stream_descriptor/namespace"),
      json_pointer("/state/global"),
      json_pointer("/state/data"),
      json_pointer("/state/sourceStats/recordCount"),
  };
  const auto found = values_at(line, where);
  const std::string word = scalar_of(found[type]);
  if (!detail::is_utf8(line)) {
    throw error(errc::bad_data, process_ + " has written a STATE that is not UTF-8");
  }
  if (word == "STREAM" && found[stream].what == json_value::kind::object) {
    if (!is_ours(found[name], found[space])) {
      return {};
    }
    check_count(found[count].raw);
    state_ = "[{\"type\":\"STREAM\",\"stream\":" + std::string(found[stream].raw) + "}]";
  } else if (word == "GLOBAL" && found[global].what == json_value::kind::object) {
    state_ = "[{\"type\":\"GLOBAL\",\"global\":" + std::string(found[global].raw) + "}]";
  } else if ((word.empty() || word == "LEGACY") && found[data].what == json_value::kind::object) {
    state_ = found[data].raw;
  } else {
    throw error(errc::bad_data, process_ + " has written a STATE that is of no stream, not global and has no data: " +
                                    detail::quotable(line.substr(0, 300)));
  }
  since_state_ = 0;
  return {.what = message::kind::state, .state = state_};
}

/// The source counts what it has written since the state before: what came less was lost on its way.
void airbyte_messages::check_count(std::string_view count) {
  double said = 0;
  const auto [end, problem] = std::from_chars(count.data(), count.data() + count.size(), said);
  if (count.empty() || problem != std::errc() || end != count.data() + count.size()) {
    return;
  }
  if (said > static_cast<double>(since_state_)) {
    throw error(errc::bad_data, process_ + " says in its STATE that it has written " + std::string(count) +
                                    " records of stream " + stream_ + " since the one before, and " +
                                    std::to_string(since_state_) +
                                    " have come: the others were lost between the source and its output");
  }
}

void airbyte_messages::hear_trace(std::string_view line) {
  enum place { type, text, failure, internal, status, name, space };
  static const std::array<json_pointer, 7> where{
      json_pointer("/trace/type"),
      json_pointer("/trace/error/message"),
      json_pointer("/trace/error/failure_type"),
      json_pointer("/trace/error/internal_message"),
      json_pointer("/trace/stream_status/status"),
      json_pointer("/trace/stream_status/stream_descriptor/name"),
      json_pointer("/trace/stream_status/stream_descriptor/namespace"),
  };
  const auto found = values_at(line, where);
  const std::string word = scalar_of(found[type]);
  if (word == "ERROR") {
    const std::string more = scalar_of(found[internal]);
    const bool is_config = scalar_of(found[failure]) == "config_error";
    throw error(is_config ? errc::config : errc::unavailable,
                process_ + " says that it has failed: " + detail::quotable(scalar_of(found[text])) +
                    (more.empty() ? "" : " (" + detail::quotable(more) + ")"));
  }
  if (word == "STREAM_STATUS" && is_ours(found[name], found[space])) {
    hear_status(scalar_of(found[status]));
  }
}

void airbyte_messages::hear_status(std::string_view status) {
  tells_status_ = true;
  is_complete_ = status == "COMPLETE";
  if (status == "INCOMPLETE") {
    throw error(errc::unavailable, process_ + " says that stream " + stream_ + " is INCOMPLETE");
  }
}

void airbyte_messages::check_end() const {
  if (tells_status_ && !is_complete_) {
    throw error(errc::unavailable, process_ + " has ended with exit code 0, but did not say that stream " + stream_ +
                                       " is COMPLETE, though it said that it had begun");
  }
}

void airbyte_messages::log_what(std::string_view line) const {
  static const std::array<json_pointer, 2> where{json_pointer("/log/level"), json_pointer("/log/message")};
  const auto found = values_at(line, where);
  const std::string text = scalar_of(found[1]);
  log::write(level_of(scalar_of(found[0])), events::process_says,
             // A secret that is cut off would not be known any more.
             std::string(
                 detail::utf8_prefix(log::redact(detail::utf8_prefix(text, 2 * most_logged_bytes)), most_logged_bytes)),
             {{"process", process_}});
}

void airbyte_messages::hear_control(std::string_view line) {
  static const std::array<json_pointer, 1> where{json_pointer("/control/connectorConfig/config")};
  const auto found = values_at(line, where);
  if (renewed_ && found[0].what == json_value::kind::object) {
    renewed_(found[0].raw);
  }
}

}  // namespace ingest::processes
