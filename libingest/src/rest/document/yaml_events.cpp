#include "rest/document/yaml_events.hpp"

#include <new>

#include "ingest/error.hpp"

namespace ingest::rest {

yaml_events::yaml_events(std::string_view text, const std::string& name) : name_(name) {
  if (yaml_parser_initialize(&parser_) == 0) {
    throw std::bad_alloc();
  }
  yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

yaml_events::~yaml_events() {
  yaml_event_delete(&event_);
  yaml_parser_delete(&parser_);
}

void yaml_events::advance() {
  yaml_event_delete(&event_);
  if (yaml_parser_parse(&parser_, &event_) != 0) {
    return;
  }
  if (parser_.error == YAML_MEMORY_ERROR) {
    throw std::bad_alloc();
  }
  std::string problem = parser_.problem == nullptr ? "it cannot be read" : parser_.problem;
  if (parser_.context != nullptr) {
    problem += std::string(" (") + parser_.context + ", which begins at line " +
               std::to_string(parser_.context_mark.line + 1) + ")";
  }
  refuse(static_cast<int>(parser_.problem_mark.line) + 1, "this is no YAML: " + problem);
}

std::string_view yaml_events::scalar() const {
  const auto& s = event_.data.scalar;
  return {reinterpret_cast<const char*>(s.value), s.length};
}

void yaml_events::refuse(int at_line, const std::string& problem) const {
  throw error(errc::config, name_ + ", line " + std::to_string(at_line) + ": " + problem);
}

}  // namespace ingest::rest
