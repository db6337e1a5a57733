#include "validate_manifest.hpp"

#include "ingest/error.hpp"
#include "rest/connectors/made_streams.hpp"
#include "rest/document/manifest_report.hpp"

namespace ingest::app {

int validate_manifest(const std::filesystem::path& file, bool json, std::ostream& out) {
  const rest::manifest_report report =
      rest::report_of(rest::with_streams_of_manifest(rest::prepared_manifest(rest::read_document(file.string()))));
  if (json) {
    out << rest::to_json(report) << '\n';
  } else {
    out << rest::to_text(report);
  }
  return report.verdict.runs() ? 0 : exit_code_of(errc::config);
}

}  // namespace ingest::app
