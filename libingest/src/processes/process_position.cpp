#include "processes/process_position.hpp"

#include <array>
#include <charconv>

#include "ingest/error.hpp"
#include "json/json_scanner.hpp"
#include "json/json_text.hpp"
#include "log/quotable.hpp"
#include "processes/catalog_json.hpp"

namespace ingest::processes {

namespace {

using detail::json_value;

template <class Number>
std::optional<Number> number_of(const json_value& v) {
  Number number = 0;
  const char* const end = v.raw.data() + v.raw.size();
  return v.what == json_value::kind::number && std::from_chars(v.raw.data(), end, number).ptr == end
             ? std::optional(number)
             : std::nullopt;
}

/// Members of an object that are there.
class member_list {
 public:
  void add(const std::string& name, const std::string& value) {
    members_ += (members_.empty() ? "\"" : ",\"") + name + "\":" + value;
  }
  std::string object() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

/// Finds values in a text that is one object. Throws detail::json_fault.
template <std::size_t N>
std::array<json_value, N> values_in(std::string_view object, const std::array<json_pointer, N>& where) {
  std::array<json_value, N> found;
  detail::json_scanner in(object);
  if (in.peek() != '{') {
    throw detail::json_fault{0};
  }
  find_values(in, where, found);
  in.finish();
  return found;
}

std::optional<spool_place> spool_in(const json_value& file, const json_value& at, const json_value& end,
                                    const json_value& last) {
  if (file.what != json_value::kind::string) {
    return std::nullopt;
  }
  const auto from = number_of<std::uint64_t>(at);
  const auto to = number_of<std::uint64_t>(end);
  if (!from || !to || *from > *to) {
    throw detail::json_fault{0};
  }
  return spool_place{text_of(file), *from, *to, last.is_true()};
}

[[noreturn]] void refuse(std::string_view text) {
  throw error(errc::bad_data, "a position of a process's stream is none: " + detail::quotable(text));
}

}  // namespace

std::string process_position::watermark() const {
  member_list members;
  if (!state.empty()) {
    members.add("state", state);
  }
  if (version) {
    members.add("version", std::to_string(*version));
  }
  if (has_all) {
    members.add("all", "true");
  }
  return members.object();
}

std::string process_position::to_text() const {
  member_list members;
  members.add("watermark", detail::json_string(watermark()));
  if (spool) {
    member_list place;
    place.add("file", detail::json_string(spool->file));
    place.add("at", std::to_string(spool->at));
    place.add("end", std::to_string(spool->end));
    place.add("last", spool->is_last ? "true" : "false");
    members.add("spool", place.object());
  }
  return members.object();
}

process_position process_position::parse_watermark(std::string_view text) {
  static const std::array<json_pointer, 3> where{json_pointer("/state"), json_pointer("/version"),
                                                 json_pointer("/all")};
  try {
    const auto found = values_in(text, where);
    process_position p;
    p.state = found[0].raw;
    p.version = number_of<std::int64_t>(found[1]);
    p.has_all = found[2].is_true();
    return p;
  } catch (const detail::json_fault&) {
    refuse(text);
  }
}

process_position process_position::parse(std::string_view text) {
  enum place { state_before, file, at, end, last };
  static const std::array<json_pointer, 5> where{json_pointer("/watermark"), json_pointer("/spool/file"),
                                                 json_pointer("/spool/at"), json_pointer("/spool/end"),
                                                 json_pointer("/spool/last")};
  try {
    const auto found = values_in(text, where);
    process_position p = parse_watermark(text_of(found[state_before]));
    p.spool = spool_in(found[file], found[at], found[end], found[last]);
    return p;
  } catch (const detail::json_fault&) {
    refuse(text);
  }
}

}  // namespace ingest::processes
