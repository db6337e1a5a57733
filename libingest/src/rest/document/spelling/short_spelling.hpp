#pragma once

#include "rest/document/document.hpp"

namespace ingest::rest {

/// A manifest that was made of a short spelling.
struct spelled_manifest {
  node root;      ///< of type DeclarativeSource; its parts stand at the lines of what they were made of
  node settings;  ///< what `${…}` in it stood for, unexpanded: the settings of the connection
};

/// Whether a document is a short spelling of a connector and not a manifest: it says no `type`, and has `api`, or its
/// streams by name.
bool is_short_spelling(const node& root);

/// What docs/connectors.md calls the short spelling, as a manifest of the same meaning. Texts may have `${NAME}`,
/// `${NAME:-text}`, `${file:/path}`, `${credential:NAME}`, which become settings, `{stream.field}`, which makes a
/// stream the child of another, and `{{ … }}`, which goes through.
///
/// Throws errc::config with all that is wrong, by lines: unknown names, with the one that was probably meant; what is
/// missing, of the wrong kind, or would not be sound.
spelled_manifest spelled_out(const document& source);

}  // namespace ingest::rest
