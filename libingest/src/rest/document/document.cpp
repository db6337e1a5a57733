#include "rest/document/document.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/trimmed.hpp"
#include "ingest/error.hpp"
#include "rest/document/json_loader.hpp"
#include "rest/document/yaml_loader.hpp"

namespace ingest::rest {

document parse_document(std::string_view text, const std::string& name) {
  if (text.size() > most_document_bytes) {
    throw error(errc::config, name + " has more than " + std::to_string(most_document_bytes >> 20) + " MiB");
  }
  document read;
  read.name = name;
  if (detail::trimmed(text).starts_with('{')) {
    json_reading json = read_json(text);
    if (json.root) {
      read.root = *std::move(json.root);
      read.notes = std::move(json.notes);
      return read;
    }
    if (name.ends_with(".json")) {
      throw error(errc::config, name + ", line " + std::to_string(json.line) + " is no JSON: " + json.problem);
    }
  }
  yaml_reading yaml = read_yaml(text, name);
  read.root = std::move(yaml.root);
  read.notes = std::move(yaml.notes);
  return read;
}

document read_document(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  // A directory can be opened, but not read.
  if (!file || (file.peek(), file.bad()) || (!file.eof() && !(text << file.rdbuf()))) {
    throw error(errc::io, "cannot read " + path + ": " + std::strerror(errno));
  }
  return parse_document(text.view(), path);
}

}  // namespace ingest::rest
