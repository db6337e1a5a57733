#include "rest/transformations/flatten_fields.hpp"

#include <algorithm>
#include <unordered_map>

#include "rest/selectors/path_edit.hpp"

namespace ingest::rest {

namespace {

/// The order in which names are taken decides on what they become: the last member of a dict comes first.
class flattening {
 public:
  explicit flattening(bool lists) : lists_(lists) {}

  value of(const value& record) {
    open_.push_back({record, "_"});
    while (!open_.empty()) {
      const auto [content, name] = std::move(open_.back());
      open_.pop_back();
      if (content.is_dict()) {
        open_dict(content, name);
      } else if (content.is_list() && lists_) {
        open_list(content, name);
      } else {
        set(name, content);
      }
    }
    dictionary out;
    for (auto& [name, content] : members_) {
      out.set(name, std::move(content));
    }
    return value::dict_of(std::move(out));
  }

 private:
  struct place {
    value content;
    std::string name;
  };

  void open_dict(const value& content, const std::string& above) {
    for (const auto& [key, child] : content.members()) {
      const std::string name = key.to_text();
      open_.push_back({child, always_long_ || taken_.contains(name) ? above + "." + name : name});
    }
  }

  void open_list(const value& content, const std::string& above) {
    std::size_t index = 0;
    for (const value& child : content.items()) {
      always_long_ = true;
      open_.push_back({child, above + "." + std::to_string(index++)});
    }
  }

  void set(const std::string& name, const value& content) {
    const auto [at, added] = taken_.emplace(name, members_.size());
    if (added) {
      members_.emplace_back(name, content);
    } else {
      members_[at->second].second = content;
    }
  }

  bool lists_;
  bool always_long_ = false;
  std::vector<place> open_;
  std::unordered_map<std::string, std::size_t> taken_;
  std::vector<std::pair<std::string, value>> members_;
};

std::string evaluated(const std::optional<interpolation>& text, const variables& config) {
  const value content = text ? text->evaluate_itself(config) : value();
  return content.truth() ? content.to_text() : "";
}

bool any_in_common(const dictionary& a, const dictionary& b) {
  return std::any_of(a.begin(), a.end(), [&](const auto& member) { return b.find(member.first) != nullptr; });
}

}  // namespace

value flatten_fields::apply(const value& record, const variables&) const {
  return flattening(flatten_lists_).of(record);
}

dpath_flatten_fields::dpath_flatten_fields(const dpath_flatten_options& options, const variables& config)
    : path_(glob_path::from_templates(options.field_path, config)),
      delete_origin_value_(options.delete_origin_value),
      replace_record_(options.replace_record),
      prefix_(evaluated(options.key_prefix, config)),
      suffix_(evaluated(options.key_suffix, config)) {}

dictionary dpath_flatten_fields::renamed(const dictionary& members) const {
  if (prefix_.empty() && suffix_.empty()) {
    return members;
  }
  dictionary out;
  for (const auto& [name, content] : members) {
    out.set(prefix_ + name.to_text() + suffix_, content);
  }
  return out;
}

value dpath_flatten_fields::apply(const value& record, const variables&) const {
  std::optional<value> found;
  if (path_.has_star()) {
    const auto all = path_.values(record);
    found = all.empty() ? std::nullopt : std::optional(all.front());
  } else {
    found = path_.only(record);
  }
  if (!found || !found->is_dict()) {
    return record;
  }
  const dictionary extracted = renamed(found->members());
  if (replace_record_ && !extracted.empty()) {
    return value::dict_of(extracted);
  }
  if (any_in_common(extracted, record.members())) {
    return record;
  }
  const value kept = delete_origin_value_ ? without_path(record, path_) : record;
  dictionary members = kept.members();
  for (const auto& [name, content] : extracted) {
    members.set(name, content);
  }
  return value::dict_of(std::move(members));
}

}  // namespace ingest::rest
