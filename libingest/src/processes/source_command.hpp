#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ingest::processes {

/// The two protocols, as far as command lines go.
enum class protocol { singer, airbyte };

/// A program that speaks one of the protocols.
struct source_command {
  protocol speaks = protocol::singer;
  std::vector<std::string> words = {};  ///< the program and what always stands behind it
  std::filesystem::path config = {};    ///< the settings of its connection, a file; empty: none

  /// What messages call it: the program's name without its folder.
  std::string name() const;

  /// Asks it for its catalog.
  std::vector<std::string> discover() const;

  /// Has it read what `catalog` selects, from `state` on; empty: from the beginning.
  std::vector<std::string> read(const std::filesystem::path& catalog, const std::filesystem::path& state) const;
};

}  // namespace ingest::processes
