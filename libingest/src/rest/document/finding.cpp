#include "rest/document/finding.hpp"

namespace ingest::rest {

std::string_view name_of(enum finding::weight w) {
  switch (w) {
    case finding::weight::error:
      return "error";
    case finding::weight::lack:
      return "lack";
    case finding::weight::note:
      return "note";
  }
  return "note";
}

std::string to_text(const finding& f) {
  std::string text = f.path;
  if (f.line != 0) {
    text += (text.empty() ? "line " : ", line ") + std::to_string(f.line);
  }
  return text.empty() ? f.text : text + ": " + f.text;
}

std::string hindrances(const std::vector<finding>& findings) {
  std::string all;
  for (const finding& f : findings) {
    if (f.hinders()) {
      all += (all.empty() ? "" : "; ") + to_text(f);
    }
  }
  return all;
}

}  // namespace ingest::rest
