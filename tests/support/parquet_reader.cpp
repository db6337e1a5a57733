#include "support/parquet_reader.hpp"

#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "support/child_process.hpp"

namespace ingest::testing {

namespace {

const std::filesystem::path reader = INGEST_PARQUET_READER;

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream in(line);
  for (std::string word; std::getline(in, word, '\t');) {
    words.push_back(word);
  }
  return words;
}

void take(const std::vector<std::string>& words, parquet_contents& to) {
  if (words[0] == "rows") {
    to.rows = std::stoull(words.at(1));
  } else if (words[0] == "row_groups") {
    to.row_groups = std::stoull(words.at(1));
  } else if (words[0] == "created_by") {
    to.created_by = words.at(1);
  } else if (words[0] == "metadata") {
    to.metadata[words.at(1)] = words.at(2);
  } else {
    to.columns.push_back({words.at(1), words.at(2), words.at(3), words.size() > 4 ? words[4] : ""});
  }
}

}  // namespace

bool can_read_parquet() {
  static const bool can = std::filesystem::exists(reader / "node_modules/hyparquet-compressors/package.json") &&
                          std::system("node --version > /dev/null 2>&1") == 0;
  return can;
}

parquet_contents read_parquet(const std::filesystem::path& path) {
  child_process node({"node", (reader / "read.mjs").string(), path.string()});
  if (node.wait(std::chrono::seconds(100)) != 0) {
    throw std::runtime_error(path.string() + " cannot be read: " + node.err());
  }
  parquet_contents found;
  std::istringstream in(node.out());
  std::string line;
  while (std::getline(in, line) && !line.empty()) {
    take(words_of(line), found);
  }
  while (std::getline(in, line)) {
    found.lines.push_back(line);
  }
  return found;
}

std::string parquet_cell(std::string_view bytes) {
  constexpr std::string_view hexadecimal = "0123456789abcdef";
  std::string text = "x";
  for (const char c : bytes) {
    text += {hexadecimal[static_cast<unsigned char>(c) >> 4], hexadecimal[static_cast<unsigned char>(c) & 0xf]};
  }
  return text;
}

}  // namespace ingest::testing
