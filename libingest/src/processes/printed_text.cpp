#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/process_event_names.hpp"
#include "log/quotable.hpp"
#include "processes/message.hpp"

namespace ingest::processes {

namespace {

constexpr std::uint64_t most_logged = 20;

}  // namespace

void printed_text::pass_over(std::string_view line, std::string_view why) {
  const auto begin = line.find_first_not_of(" \t\r");
  if (begin == line.npos) {
    return;
  }
  if (line[begin] == '{' || line.find("\"type\"") != line.npos) {
    throw error(errc::bad_data,
                name_ + " has written a line that is no message (" + std::string(why) +
                    "), and what it was meant to be would be lost: " + detail::quotable(line.substr(0, 300)) +
                    ". Messages are one JSON object a line; have it write everything else to its "
                    "standard error");
  }
  if (++lines_ <= most_logged) {
    log::warning(events::process_prints,
                 "a line of its output is no message and is passed over: " + detail::quotable(line.substr(0, 300)),
                 {{"process", name_}});
  }
}

}  // namespace ingest::processes
