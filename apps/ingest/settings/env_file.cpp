#include "settings/env_file.hpp"

#include <algorithm>
#include <cctype>

namespace ingest {

namespace {

constexpr std::string_view blanks = " \t";

class line_parser {
 public:
  line_parser(std::string_view line, std::string_view file, std::size_t number)
      : rest_(line), file_(file), number_(number) {}

  /// False where the line holds no variable.
  bool parse(env_entry& entry) {
    skip_blanks();
    if (at_end_or_comment()) {
      return false;
    }
    entry.line = number_;
    entry.name = name();
    skip_blanks();
    if (!rest_.starts_with('=')) {
      refuse("expected NAME=VALUE");
    }
    rest_.remove_prefix(1);
    skip_blanks();
    if (rest_.starts_with('\'') || rest_.starts_with('"')) {
      entry.value = quoted();
      skip_blanks();
      if (!at_end_or_comment()) {
        refuse("there is more behind the closing quote of " + entry.name);
      }
    } else {
      entry.value = bare();
    }
    return true;
  }

 private:
  [[noreturn]] void refuse(const std::string& complaint) const {
    throw error(errc::config, std::string(file_) + " line " + std::to_string(number_) + ": " + complaint);
  }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }

  bool at_end_or_comment() const { return rest_.empty() || rest_.front() == '#'; }

  std::string name() {
    constexpr std::string_view keyword = "export";
    if (rest_.starts_with(keyword) && rest_.find_first_of(blanks) == keyword.size()) {
      rest_.remove_prefix(keyword.size());
      skip_blanks();
    }
    const auto* const end = std::find_if(
        rest_.begin(), rest_.end(), [](unsigned char c) { return c >= 0x80 || (std::isalnum(c) == 0 && c != '_'); });
    std::string name(rest_.begin(), end);
    if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0) {
      refuse("expected NAME=VALUE; a name consists of letters, digits and \"_\"");
    }
    rest_.remove_prefix(name.size());
    return name;
  }

  std::string bare() {
    for (std::size_t at = rest_.find('#'); at != std::string_view::npos; at = rest_.find('#', at + 1)) {
      if (at == 0 || blanks.find(rest_[at - 1]) != std::string_view::npos) {
        rest_ = rest_.substr(0, at);
        break;
      }
    }
    const auto last = rest_.find_last_not_of(blanks);
    return std::string(rest_.substr(0, last == std::string_view::npos ? 0 : last + 1));
  }

  std::string quoted() {
    const char quote = rest_.front();
    std::string value;
    for (std::size_t at = 1; at < rest_.size(); ++at) {
      const char c = rest_[at];
      if (c == quote) {
        rest_.remove_prefix(at + 1);
        return value;
      }
      if (c == '\\' && quote == '"' && at + 1 < rest_.size() && escapes.find(rest_[at + 1]) != std::string_view::npos) {
        ++at;
        value += meanings[escapes.find(rest_[at])];
      } else {
        value += c;
      }
    }
    refuse("a quote is not closed");
  }

  static constexpr std::string_view escapes = "nrt\"\\$";
  static constexpr std::string_view meanings = "\n\r\t\"\\$";

  std::string_view rest_;
  std::string_view file_;
  std::size_t number_;
};

}  // namespace

std::vector<env_entry> parse_env_file(std::string_view text, std::string_view file) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) {
    text.remove_prefix(byte_order_mark.size());
  }
  std::vector<env_entry> entries;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (line.find('\0') != std::string_view::npos) {
      throw error(errc::config, std::string(file) + " line " + std::to_string(number) + ": holds a NUL byte");
    }
    env_entry entry;
    if (line_parser(line, file, number).parse(entry)) {
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

}  // namespace ingest
