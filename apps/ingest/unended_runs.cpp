#include "unended_runs.hpp"

#include <set>
#include <system_error>

#include "from/connector.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "status_view.hpp"

namespace ingest::app {

namespace {

/// What cannot be read has not ended either, as far as anybody knows.
bool has_unended_run(const std::filesystem::path& directory) {
  try {
    const auto found = view_status(posix_file_system(), directory);
    return found && found->status != run_status::complete;
  } catch (const error& e) {
    return e.code() == errc::bad_data;
  }
}

}  // namespace

void tell_of_unended_runs(const std::filesystem::path& data_dir, const std::vector<std::string>& streams) {
  std::set<std::string> known;
  for (const std::string& stream : streams) {
    known.insert(file_name_of(stream));
  }
  std::error_code unreadable;
  for (const auto& one : std::filesystem::directory_iterator(data_dir, unreadable)) {
    const std::string name = one.path().filename().string();
    if (one.is_directory(unreadable) && !known.contains(name) && has_unended_run(one.path())) {
      log::warning(events::run_interrupted,
                   one.path().string() +
                       " has a run that has not ended, and its stream is not there any more: its "
                       "table may have a part of it. Remove the directory if that is as it should be",
                   {{"stream", name}});
    }
  }
}

}  // namespace ingest::app
