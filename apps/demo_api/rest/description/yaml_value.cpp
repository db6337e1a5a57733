#include "demo_api/rest/description/yaml_value.hpp"

#include <yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace demo_api::rest {
namespace {

constexpr std::size_t deepest = 32;
constexpr std::size_t most_values = 100'000;  // aliases could make any number of them

struct document {
  yaml_document_t tree{};
  ~document() { yaml_document_delete(&tree); }
};

class converter {
 public:
  converter(const std::string& file, yaml_document_t& tree) : file_(file), tree_(tree) {}

  yaml_value convert(yaml_node_t& node, const std::string& path, std::size_t depth) {
    yaml_value value;
    value.place = place_of(node, path);
    if (depth > deepest) {
      throw std::runtime_error(value.place + ": nested deeper than 32");
    }
    if (++values_ > most_values) {
      throw std::runtime_error(value.place + ": more than 100,000 values");
    }
    switch (node.type) {
      case YAML_SEQUENCE_NODE:
        value.is = yaml_value::kind::list;
        for (const auto* item = node.data.sequence.items.start; item != node.data.sequence.items.top; ++item) {
          value.items.push_back(convert(*yaml_document_get_node(&tree_, *item),
                                        path + "[" + std::to_string(value.items.size()) + "]", depth + 1));
        }
        break;
      case YAML_MAPPING_NODE:
        value.is = yaml_value::kind::map;
        convert_members(node, path, depth, value);
        break;
      default:
        value.text = text_of(node);
    }
    return value;
  }

 private:
  static std::string text_of(const yaml_node_t& node) {
    return {reinterpret_cast<const char*>(node.data.scalar.value), node.data.scalar.length};
  }

  std::string place_of(const yaml_node_t& node, const std::string& path) const {
    return file_ + ":" + std::to_string(node.start_mark.line + 1) + (path.empty() ? "" : ": " + path);
  }

  void convert_members(yaml_node_t& node, const std::string& path, std::size_t depth, yaml_value& value) {
    for (const auto* pair = node.data.mapping.pairs.start; pair != node.data.mapping.pairs.top; ++pair) {
      const yaml_node_t& key = *yaml_document_get_node(&tree_, pair->key);
      if (key.type != YAML_SCALAR_NODE) {
        throw std::runtime_error(place_of(key, path) + ": a key must be a text");
      }
      const std::string name = text_of(key);
      if (std::any_of(value.members.begin(), value.members.end(), [&](const auto& m) { return m.first == name; })) {
        throw std::runtime_error(place_of(key, path) + ": \"" + name + "\" stands there twice");
      }
      auto& of = *yaml_document_get_node(&tree_, pair->value);
      value.members.push_back({name, convert(of, path.empty() ? name : path + "." + name, depth + 1)});
    }
  }

  const std::string& file_;
  yaml_document_t& tree_;
  std::size_t values_ = 0;
};

struct loader {
  explicit loader(std::FILE* input) {
    if (yaml_parser_initialize(&parser) == 0) {
      throw std::bad_alloc();
    }
    yaml_parser_set_input_file(&parser, input);
  }
  ~loader() { yaml_parser_delete(&parser); }
  loader(const loader&) = delete;
  loader& operator=(const loader&) = delete;

  void load(document& into, const std::string& file) {
    if (yaml_parser_load(&parser, &into.tree) == 0) {
      throw std::runtime_error(file + ":" + std::to_string(parser.problem_mark.line + 1) +
                               ": no YAML: " + (parser.problem != nullptr ? parser.problem : "unreadable"));
    }
  }

  yaml_parser_t parser{};
};

}  // namespace

yaml_value read_yaml(const std::string& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> input(std::fopen(file.c_str(), "rbe"), std::fclose);
  if (!input) {
    throw std::runtime_error(file + ": " + std::strerror(errno));
  }
  loader yaml(input.get());
  document first;
  yaml.load(first, file);
  yaml_node_t* root = yaml_document_get_root_node(&first.tree);
  if (root == nullptr) {
    throw std::runtime_error(file + ": it is empty");
  }
  return converter(file, first.tree).convert(*root, "", 0);
}

}  // namespace demo_api::rest
