#include "processes/command_words.hpp"

#include <optional>

#include "ingest/error.hpp"

namespace ingest::processes {

namespace {

constexpr std::string_view blanks = " \t\n\r";
constexpr std::string_view of_shells = "|&;<>()`$";
constexpr std::string_view of_shells_in_quotes = "`$";

class word_reader {
 public:
  explicit word_reader(std::string_view command) : rest_(command) {}

  /// The next word; nothing at the end.
  std::optional<std::string> next() {
    rest_.remove_prefix(std::min(rest_.size(), rest_.find_first_not_of(blanks)));
    if (rest_.empty()) {
      return std::nullopt;
    }
    std::string word;
    while (!rest_.empty() && blanks.find(rest_.front()) == blanks.npos) {
      const char c = take();
      if (c == '\'') {
        take_single_quoted(word);
      } else if (c == '"') {
        take_double_quoted(word);
      } else {
        refuse_if(of_shells, c);
        word += c == '\\' ? take_escaped() : c;
      }
    }
    return word;
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  char take_escaped() {
    if (rest_.empty()) {
      throw error(errc::config, "the command ends in a backslash, which has nothing to keep");
    }
    return take();
  }

  void take_single_quoted(std::string& word) {
    const auto end = rest_.find('\'');
    if (end == rest_.npos) {
      throw error(errc::config, "the command has a quote (') that is not closed");
    }
    word += rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
  }

  void take_double_quoted(std::string& word) {
    while (!rest_.empty()) {
      const char c = take();
      if (c == '"') {
        return;
      }
      refuse_if(of_shells_in_quotes, c);
      const bool escapes = c == '\\' && !rest_.empty() && std::string_view("\"\\`$").find(rest_.front()) != rest_.npos;
      word += escapes ? take() : c;
    }
    throw error(errc::config, "the command has a quote (\") that is not closed");
  }

  static void refuse_if(std::string_view special, char c) {
    if (special.find(c) != special.npos) {
      throw error(errc::config, std::string("the command has a ") + c +
                                    ", which only a shell understands, and none runs it: quote it with '…', or write "
                                    "sh -c '…'");
    }
  }

  std::string_view rest_;
};

}  // namespace

std::vector<std::string> command_words(std::string_view command) {
  if (command.find('\0') != command.npos) {
    throw error(errc::config, "the command holds a NUL character, which no argument can");
  }
  word_reader in(command);
  std::vector<std::string> words;
  while (auto word = in.next()) {
    words.push_back(*std::move(word));
  }
  if (words.empty() || words.front().empty()) {
    throw error(errc::config, "the command is empty: name a program");
  }
  return words;
}

}  // namespace ingest::processes
