#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "log/quotable.hpp"
#include "processes/catalog_json.hpp"
#include "processes/message.hpp"

namespace ingest::processes {

namespace {

constexpr std::uint64_t most_logged = 20;
constexpr std::size_t most_others = 100;

}  // namespace

message_lines::message_lines(std::string process, const std::vector<std::string>& pointers)
    : process_(std::move(process)) {
  for (const std::string& pointer : pointers) {
    pointers_.emplace_back(pointer);
  }
}

std::optional<message_lines::typed_line> message_lines::read(std::string_view line,
                                                             std::span<detail::json_value> found) {
  // A record that Python wrote may hold NaN, and that is no reason to know nothing of the line.
  detail::json_scanner in(line, true);
  try {
    find_values(in, pointers_, found);
    in.finish();
  } catch (const detail::json_fault& fault) {
    pass_over(line, "not JSON at byte " + std::to_string(fault.offset));
    return std::nullopt;
  }
  if (found.front().what != detail::json_value::kind::string) {
    pass_over(line, "it has no type");
    return std::nullopt;
  }
  return typed_line{text_of(found.front()), !in.tolerated()};
}

void message_lines::refuse(const typed_line& what, std::string_view line) const {
  throw error(errc::bad_data, process_ + " has written a " + detail::quotable(what.type) +
                                  " message that is not JSON (NaN, Infinity or a control character in it): " +
                                  detail::quotable(line.substr(0, 300)));
}

void message_lines::pass_over(std::string_view line, std::string_view why) {
  const auto begin = line.find_first_not_of(" \t\r");
  if (begin == line.npos) {
    return;
  }
  if (line[begin] == '{' || line.find("\"type\"") != line.npos) {
    throw error(errc::bad_data,
                process_ + " has written a line that is no message (" + std::string(why) +
                    "), and what it was meant to be would be lost: " + detail::quotable(line.substr(0, 300)) +
                    ". Messages are one JSON object a line; have it write everything else to its "
                    "standard error");
  }
  if (++printed_ <= most_logged) {
    log::warning(events::process_prints,
                 "a line of its output is no message and is passed over: " + detail::quotable(line.substr(0, 300)),
                 {{"process", process_}});
  }
}

void message_lines::pass_over_record(const std::string& stream) {
  if (others_.size() < most_others || others_.contains(stream)) {
    ++others_[stream];
  }
}

std::string message_lines::passed_over() const {
  std::string all;
  for (const auto& [name, records] : others_) {
    all += (all.empty() ? "" : ", ") + std::to_string(records) + " records of stream " + detail::quotable(name);
  }
  if (printed_ > 0) {
    all += (all.empty() ? "" : ", ") + std::to_string(printed_) + " lines that are no messages";
  }
  return all;
}

}  // namespace ingest::processes
