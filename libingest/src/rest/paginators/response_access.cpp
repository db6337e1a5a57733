#include "rest/paginators/response_access.hpp"

#include <cctype>
#include <optional>

namespace ingest::rest {

namespace {

constexpr std::string_view variable = "response";

bool in_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Reads what follows the variable, one access to a member after the other.
class access_reader {
 public:
  explicit access_reader(std::string_view rest) : rest_(rest) {}

  /// The name of the next member; nothing where what follows is something else.
  std::optional<std::string_view> next() {
    skip_blanks();
    if (take(".")) {
      skip_blanks();
      const std::string_view name = name_at_front();
      skip_blanks();
      if (!rest_.starts_with("(")) {
        return name.empty() ? std::nullopt : std::optional(name);
      }
      rest_.remove_prefix(1);
      return name == "get" ? quoted(",)") : std::nullopt;
    }
    return take("[") ? quoted("]") : std::nullopt;
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n' || rest_.front() == '\t')) {
      rest_.remove_prefix(1);
    }
  }

  bool take(std::string_view what) {
    const bool there = rest_.starts_with(what);
    rest_.remove_prefix(there ? what.size() : 0);
    return there;
  }

  std::string_view name_at_front() {
    std::size_t length = 0;
    while (length < rest_.size() && in_name(rest_[length])) {
      ++length;
    }
    const std::string_view name = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return name;
  }

  /// A default may follow the name; behind one that is a call itself no further access is followed.
  void skip_rest_of_call() {
    const auto close = rest_.find_first_of(rest_.front() == ',' ? "()" : ")]");
    rest_ = close == std::string_view::npos || rest_[close] == '(' ? std::string_view() : rest_.substr(close + 1);
  }

  std::optional<std::string_view> quoted(std::string_view ends) {
    skip_blanks();
    if (rest_.empty() || (rest_.front() != '"' && rest_.front() != '\'')) {
      return std::nullopt;
    }
    const auto close = rest_.find(rest_.front(), 1);
    if (close == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string_view name = rest_.substr(1, close - 1);
    rest_.remove_prefix(close + 1);
    skip_blanks();
    const bool ended = !rest_.empty() && ends.find(rest_.front()) != std::string_view::npos;
    if (!ended || name.find('\\') != std::string_view::npos) {
      return std::nullopt;
    }
    skip_rest_of_call();
    return name;
  }

  std::string_view rest_;
};

bool goes_elsewhere(std::string_view behind, const glob_path& path) {
  access_reader reader(behind);
  for (const path_step& step : path.steps()) {
    const auto name = reader.next();
    if (!name) {
      return false;
    }
    if (*name != step.text) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool may_look_at_records(std::string_view text, const glob_path& path) {
  for (auto at = text.find(variable); at != std::string_view::npos; at = text.find(variable, at + 1)) {
    const std::string_view behind = text.substr(at + variable.size());
    const bool whole_word = (at == 0 || !in_name(text[at - 1])) && (behind.empty() || !in_name(behind.front()));
    if (whole_word && !goes_elsewhere(behind, path)) {
      return true;
    }
  }
  return false;
}

}  // namespace ingest::rest
