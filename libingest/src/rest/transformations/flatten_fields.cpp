#include "rest/transformations/flatten_fields.hpp"

#include <algorithm>
#include <unordered_set>

#include "rest/selectors/path_edit.hpp"

namespace ingest::rest {

namespace {

/// The order in which names are taken decides on what they become: the last member of a dict comes first. The record's
/// own members have theirs, whenever they come.
class flattening {
 public:
  explicit flattening(bool lists) : lists_(lists) {}

  value of(const value& record) {
    for (const auto& [key, child] : record.members()) {
      if (!opens(child)) {
        own_.insert(key.to_text());
      }
    }
    open_dict(record, "_", the_record);
    while (!open_.empty()) {
      const place next = std::move(open_.back());
      open_.pop_back();
      if (!opens(next.content)) {
        set(next);
        continue;
      }
      opened_.push_back({next.key, next.within});
      if (next.content.is_dict()) {
        open_dict(next.content, next.name, opened_.size() - 1);
      } else {
        open_list(next.content, next.name, opened_.size() - 1);
      }
    }
    return value::dict_of(std::move(members_));
  }

 private:
  /// A dict or list that has been opened.
  struct opened {
    std::string key;
    std::size_t within;  ///< which other one
  };
  struct place {
    value content;
    std::string name;
    std::string key;
    std::size_t within;
  };

  static constexpr std::size_t the_record = 0;

  bool opens(const value& content) const { return content.is_dict() || (content.is_list() && lists_); }

  void open_dict(const value& content, const std::string& above, std::size_t within) {
    for (const auto& [key, child] : content.members()) {
      const std::string name = key.to_text();
      open_.push_back({child, always_long_ || taken_.contains(name) ? above + "." + name : name, name, within});
    }
  }

  void open_list(const value& content, const std::string& above, std::size_t within) {
    std::size_t index = 0;
    for (const value& child : content.items()) {
      always_long_ = true;
      const std::string key = std::to_string(index++);
      open_.push_back({child, above + "." + key, key, within});
    }
  }

  void set(const place& found) {
    const std::string name = free_name(found);
    taken_.insert(name);
    members_.set(name, found.content);
  }

  /// Its name, or one with as many of those above it in front as it takes to be nobody else's.
  std::string free_name(const place& found) const {
    const bool is_own = found.within == the_record && own_.contains(found.key);
    std::string name = is_own ? found.key : found.name;
    std::string longer = found.key;
    for (std::size_t at = found.within; taken_.contains(name) || (!is_own && own_.contains(name));
         at = opened_[at].within) {
      longer.insert(0, opened_[at].key + ".");
      name = longer.size() > found.name.size() ? longer : name;
    }
    return name;
  }

  bool lists_;
  bool always_long_ = false;
  std::unordered_set<std::string> own_;  ///< names of the record's own members, but for those that are opened
  std::vector<opened> opened_ = {{"_", the_record}};
  std::vector<place> open_;
  std::unordered_set<std::string> taken_;
  dictionary members_;
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
