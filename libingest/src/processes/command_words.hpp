#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ingest::processes {

/// A command line's words, divided by blanks as a POSIX shell divides them: '…' keeps what it holds, "…" as well but
/// for \" and \\, and a backslash keeps the character behind it. There is no shell: what only one could do, variables,
/// pipes, redirections and lists of commands, is refused, so that nobody takes it for done.
///
/// Throws errc::config for that, for a quote that is not closed and for a command without words.
std::vector<std::string> command_words(std::string_view command);

}  // namespace ingest::processes
