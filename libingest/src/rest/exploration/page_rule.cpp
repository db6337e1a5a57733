#include "rest/exploration/page_rule.hpp"

#include "rest/document/yaml_text.hpp"

namespace ingest::rest {

namespace {

std::string counted(const page_rule& rule, const std::string& kind) {
  std::string all = "{" + kind + ": {param: " + yaml_text(rule.parameter);
  if (rule.how == page_rule::kind::page) {
    all += ", start: " + std::to_string(rule.start);
  }
  if (rule.size > 0) {
    all += ", size: " + std::to_string(rule.size) + ", size_param: " + yaml_text(rule.size_parameter);
  }
  return all + "}}";
}

}  // namespace

std::string page_rule::spelling() const {
  switch (how) {
    case kind::page:
      return counted(*this, "page");
    case kind::offset:
      return counted(*this, "offset");
    case kind::cursor:
      return "{cursor: {param: " + yaml_text(parameter) + ", from: " + yaml_text(from) +
             (more.empty() ? "" : ", more: " + yaml_text(more)) + "}}";
    case kind::next_url:
      return "{next_url: " + yaml_text(from) + "}";
    case kind::link_header:
      return "link_header";
    case kind::automatic:
      break;
  }
  return "auto";
}

}  // namespace ingest::rest
