#include "rest/document/references.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

constexpr std::string_view reference_begin = "#/";

bool is_reference(const node& n) {
  return n.text().starts_with(reference_begin);
}

/// The item that a part of a path counts, as Python's int() and [] take it; null where there is none.
const node* item_at(const node& in, std::string_view part) {
  std::int64_t index = 0;
  const auto [end, problem] = std::from_chars(part.data(), part.data() + part.size(), index);
  const auto count = static_cast<std::int64_t>(in.items().size());
  if (problem != std::errc() || end != part.data() + part.size()) {
    return nullptr;
  }
  index += index < 0 ? count : 0;
  return index >= 0 && index < count ? &in.items()[static_cast<std::size_t>(index)] : nullptr;
}

const node* look_up(const node& manifest, std::string_view path) {
  const node* at = &manifest;
  while (!path.empty()) {
    if (const node* const whole = at->find(path)) {
      return whole;
    }
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    at = at->is_list() ? item_at(*at, part) : at->find(part);
    if (at == nullptr) {
      return nullptr;
    }
  }
  return at;
}

class resolver {
 public:
  explicit resolver(const node& manifest) : manifest_(manifest) {}

  node resolve() {
    node::member_list members;
    for (const node::member& m : manifest_.members()) {
      if (m.name != "definitions" && m.name != "schemas") {
        members.push_back({m.name, resolved_member(m)});
      }
    }
    return node::dict(std::move(members), manifest_.line());
  }

 private:
  /// Where it is nested deeper the stack would end first.
  static constexpr std::size_t deepest = 1000;

  struct depth_guard {
    depth_guard(std::size_t& d, const node& at) : depth(d) {
      if (depth == deepest) {
        throw error(errc::config, "references" + at_line(at) + ", lead to others more than " + std::to_string(deepest) +
                                      " times: refer to the last one of them");
      }
      ++depth;
    }
    depth_guard(const depth_guard&) = delete;
    depth_guard& operator=(const depth_guard&) = delete;
    ~depth_guard() { --depth; }
    std::size_t& depth;
  };

  node resolved(const node& n) {
    const depth_guard guard(depth_, n);
    if (n.is_dict()) {
      return resolved_dict(n);
    }
    if (n.is_list()) {
      node::elements items;
      items.reserve(n.items().size());
      for (const node& item : n.items()) {
        items.push_back(resolved(item));
      }
      return node::list(std::move(items), n.line());
    }
    return is_reference(n) ? referenced(n) : n;
  }

  /// What is set for a config is no part of the manifest, whatever it looks like.
  node resolved_member(const node::member& m) { return m.name == "config_overrides" ? m.content : resolved(m.content); }

  node resolved_dict(const node& n) {
    const node* const reference = n.find("$ref");
    node::member_list members;
    if (reference != nullptr) {
      node base = resolved(*reference);
      // With nothing of its own it is what it names, with the line that stands there.
      if (!base.is_dict() || n.members().size() == 1) {
        return base;
      }
      members = base.members();
    }
    for (const node::member& m : n.members()) {
      if (m.name != "$ref") {
        set_member(members, m.name, resolved_member(m));
      }
    }
    return node::dict(std::move(members), n.line());
  }

  node referenced(const node& reference) {
    const std::string path(reference.text());
    if (const auto known = resolved_.find(path); known != resolved_.end()) {
      return known->second;
    }
    check_circle(path, reference);
    const node* const found = look_up(manifest_, std::string_view(path).substr(reference_begin.size()));
    if (found == nullptr) {
      throw error(errc::config, "the reference " + path + at_line(reference) +
                                    ", leads to nothing: check the path from the top of the manifest");
    }
    under_way_.push_back({path, reference.line()});
    node made = resolved(*found);
    under_way_.pop_back();
    resolved_.emplace(path, made);
    return made;
  }

  void check_circle(const std::string& path, const node& reference) const {
    const auto begin =
        std::find_if(under_way_.begin(), under_way_.end(), [&](const auto& r) { return r.first == path; });
    if (begin == under_way_.end()) {
      return;
    }
    std::string circle = "the reference " + path + at_line(reference) + ", leads back to itself";
    const char* separator = " by ";
    for (auto step = std::next(begin); step != under_way_.end(); ++step) {
      circle += separator + step->first + " (line " + std::to_string(step->second) + ")";
      separator = ", ";
    }
    throw error(errc::config, circle + ": write one of them out");
  }

  const node& manifest_;
  std::map<std::string, node> resolved_;
  std::vector<std::pair<std::string, int>> under_way_;  ///< and the lines that they stand at
  std::size_t depth_ = 0;
};

}  // namespace

node resolved_references(const node& manifest) {
  return resolver(manifest).resolve();
}

}  // namespace ingest::rest
