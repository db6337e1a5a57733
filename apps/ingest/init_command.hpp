#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "settings/settings.hpp"

namespace ingest::app {

struct init_order {
  std::string address;               ///< of the API's stream, with the parameters that it needs
  std::vector<std::string> headers;  ///< "Name: value"
  std::filesystem::path into;        ///< empty: the file goes to standard output
  std::filesystem::path manifest;    ///< no API, but the connector whose settings are to be drafted
};

/// Asks an API a few questions and writes a connector for it, in the short spelling, which was checked as `validate`
/// does it and by which two pages were read as a run does it. Where they are not what was seen, or the run would end
/// with an error, the file says so in its beginning, and that error's exit code is returned. What is to be told beside
/// the file goes to standard error, and to `out` where the file does not. Throws errc::config where `into` is there
/// already, errc::usage for secrets on the command line, and what exploring throws.
///
/// Where a manifest is named, the settings of its connection are drafted instead, and nobody is asked.
int init_command(const settings& s, const init_order& order, std::ostream& out);

}  // namespace ingest::app
