#pragma once

#include <string>
#include <vector>

#include "ingest/custom_components.hpp"
#include "rest/document/document.hpp"
#include "rest/document/finding.hpp"
#include "rest/document/node.hpp"

namespace ingest::rest {

/// An Airbyte low-code manifest, ready to be made components of: references resolved, types and parameters filled in.
struct manifest {
  std::string name;  ///< of the file
  node root;
  /// What a short spelling itself says of the settings of a connection, unexpanded: a dict; null of a manifest.
  node settings = {};
  std::vector<document_note> notes;
};

/// Of a manifest, or of a short spelling, see spelled_out(). Throws errc::config for what is neither (a manifest has
/// `type: DeclarativeSource`, which may be left out, and streams), and for what resolved_references(),
/// with_parameters() and spelled_out() refuse.
manifest prepared_manifest(document source);

/// What is to be said of one stream.
struct stream_verdict {
  std::string name;
  std::string path;  ///< "streams[4]"
  int line = 0;
  std::vector<finding> findings;

  bool runs() const;
};

struct manifest_verdict {
  std::vector<stream_verdict> streams;
  std::vector<finding> findings;  ///< of what is not of one stream

  bool runs() const;  ///< each stream does, and nothing else hinders
};

/// Looks at all components by their table; `provided` run in place of the manifest's code of Python. Reads no other
/// file, and asks no API.
manifest_verdict check_manifest(const manifest& m, const custom::components& provided = {});

}  // namespace ingest::rest
