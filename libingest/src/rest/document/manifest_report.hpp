#pragma once

#include <string>
#include <utility>
#include <vector>

#include "rest/document/declared_stream.hpp"
#include "rest/document/manifest.hpp"

namespace ingest::rest {

/// All that can be said of a manifest without its settings and its API.
struct manifest_report {
  std::string name;
  manifest_verdict verdict;
  std::vector<declared_stream> streams;  ///< none where `verdict` has the error that kept them away
  std::vector<std::pair<std::string, int>>
      lacking;  ///< types that do not run here, and of how many streams; most first
};

manifest_report report_of(const manifest& m, const custom::components& provided = {});

/// Two lines or more: a stream with what it lacks, by line and path; what is to be said of the whole; how many run.
std::string to_text(const manifest_report& r);

/// One line: {"manifest", "runs", "streams": [{"name", "line", "runs", "primary_key", "cursor_field", "write",
/// "parents", "resumes", "schema_known", "findings": […]}], "findings": [{"weight", "path", "line", "text",
/// "component"}], "lacking": [{"component", "streams"}]}.
std::string to_json(const manifest_report& r);

}  // namespace ingest::rest
