#include "streams_gone.hpp"

#include <optional>
#include <set>
#include <system_error>

#include "from/connector.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "status_view.hpp"

namespace ingest::app {

namespace {

/// What has become of the stream's table, as far as anybody knows: what cannot be read has not ended. Nothing where no
/// run is there.
std::optional<std::string> table_left_by(const std::filesystem::path& directory) {
  const std::string part =
      "has a run that has not ended, and its stream is not there any more: its table may have a "
      "part of it";
  try {
    const auto found = view_status(posix_file_system(), directory);
    return !found                                  ? std::nullopt
           : found->status == run_status::complete ? std::optional<std::string>(
                                                         "is of a stream that is not there any more: its table stays "
                                                         "as it was")
                                                   : part;
  } catch (const error& e) {
    return e.code() == errc::bad_data ? std::optional(part) : std::nullopt;
  }
}

}  // namespace

void tell_of_streams_gone(const std::filesystem::path& data_dir, const std::vector<std::string>& streams) {
  std::set<std::string> known;
  for (const std::string& stream : streams) {
    known.insert(file_name_of(stream));
  }
  std::error_code unreadable;
  for (const auto& one : std::filesystem::directory_iterator(data_dir, unreadable)) {
    const std::string name = one.path().filename().string();
    const auto left = one.is_directory(unreadable) && !known.contains(name) ? table_left_by(one.path()) : std::nullopt;
    if (left) {
      log::warning(events::stream_gone,
                   one.path().string() + " " + *left + ". Remove the directory if that is as it should be",
                   {{"stream", name}});
    }
  }
}

}  // namespace ingest::app
