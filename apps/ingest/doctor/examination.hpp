#pragma once

#include <span>
#include <string>
#include <vector>

#include "settings/settings.hpp"

/// What `ingest doctor` looks at beside what `ingest validate` does. An examination is a file in this folder and a line
/// in the table in examination.cpp.
namespace ingest::app {

struct finding {
  enum class grade { good, doubtful, bad };
  grade is = grade::good;
  std::string text;  ///< what was seen; of what is not good also what that does, and what to do
};

struct examination {
  std::string_view name;

  /// May block for as long as the settings' time-outs allow. Changes nothing that stays. Throws where it cannot look.
  std::vector<finding> (*look)(const settings& s) = nullptr;
};

std::span<const examination> examinations();

// The lines of the table.
std::vector<finding> examine_versions(const settings& s);
std::vector<finding> examine_machine(const settings& s);
std::vector<finding> examine_disk(const settings& s);
std::vector<finding> examine_database(const settings& s);

}  // namespace ingest::app
