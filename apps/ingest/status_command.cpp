#include "status_command.hpp"

#include "ingest/error.hpp"
#include "status_view.hpp"

namespace ingest::app {

int status_command(const settings& s, bool json, std::ostream& out) {
  const auto status = view_status(posix_file_system(), s.data_dir);
  if (!status) {
    throw error(errc::config, "there is no run in " + s.data_dir.string() +
                                  " yet; begin one with ingest run, or set DATA_DIR to where one is");
  }
  out << (json ? status_json(*status) : status_text(*status));
  return 0;
}

}  // namespace ingest::app
