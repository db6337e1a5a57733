#pragma once

#include <string>

namespace ingest::app {

/// A script for `shell`, which is bash, zsh or fish, by which it completes commands, their flags and what those take.
std::string completions(const std::string& shell);

}  // namespace ingest::app
