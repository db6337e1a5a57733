#include "rest/document/yaml_loader.hpp"

#include <map>
#include <optional>
#include <unordered_map>

#include "ingest/error.hpp"
#include "rest/document/yaml_events.hpp"
#include "rest/document/yaml_scalar.hpp"

namespace ingest::rest {

namespace {

constexpr std::string_view standard_tags = "tag:yaml.org,2002:";

std::string_view tag_text(const yaml_char_t* tag) {
  return tag == nullptr ? std::string_view() : reinterpret_cast<const char*>(tag);
}

/// Members as they come: from merge keys, which count less, and the dict's own.
struct dict_parts {
  node::member_list merged;
  node::member_list own;
};

class composer {
 public:
  composer(std::string_view text, const std::string& name) : events_(text, name) {}

  yaml_reading read() && {
    yaml_reading reading;
    expect(YAML_STREAM_START_EVENT);
    if (events_.type() == YAML_DOCUMENT_START_EVENT) {
      events_.advance();
      reading.root = compose(1);
      expect(YAML_DOCUMENT_END_EVENT);
    }
    if (events_.type() != YAML_STREAM_END_EVENT) {
      events_.refuse(events_.line(), "a second document begins: put each into a file of its own");
    }
    reading.notes = std::move(notes_);
    return reading;
  }

 private:
  void expect(yaml_event_type_t type) {
    if (events_.type() == YAML_NO_EVENT) {
      events_.advance();
    }
    if (events_.type() != type) {
      events_.refuse(events_.line(), "this is no YAML that can be read");
    }
    events_.advance();
  }

  /// The node that begins with the current event, which is behind it afterwards.
  node compose(std::size_t depth) {
    if (depth > node::deepest) {
      events_.refuse(events_.line(), "nested more than " + std::to_string(node::deepest) + " times: flatten it");
    }
    if (events_.type() == YAML_ALIAS_EVENT) {
      return aliased();
    }
    const int line = events_.line();
    const std::string anchor(begin_anchor());
    node made = compose_content(depth, line);
    if (!anchor.empty()) {
      anchors_[anchor] = made;
    }
    return made;
  }

  node compose_content(std::size_t depth, int line) {
    try {
      switch (events_.type()) {
        case YAML_SCALAR_EVENT:
          return scalar(line);
        case YAML_SEQUENCE_START_EVENT:
          return list(depth, line);
        case YAML_MAPPING_START_EVENT:
          return dict(depth, line);
        default:
          events_.refuse(line, "this is no YAML that can be read");
      }
    } catch (const error& e) {
      // Of a number, or of a node that is beyond its bounds.
      if (e.code() == errc::bad_data) {
        events_.refuse(line, e.what());
      }
      throw;
    }
  }

  /// Remembers that an anchor has begun, so that what it holds cannot hold itself.
  std::string_view begin_anchor() {
    const yaml_event_t& e = events_.current();
    const yaml_char_t* const anchor = e.type == YAML_SCALAR_EVENT           ? e.data.scalar.anchor
                                      : e.type == YAML_SEQUENCE_START_EVENT ? e.data.sequence_start.anchor
                                      : e.type == YAML_MAPPING_START_EVENT  ? e.data.mapping_start.anchor
                                                                            : nullptr;
    if (anchor == nullptr) {
      return {};
    }
    const std::string_view name = tag_text(anchor);
    const auto place = anchors_.insert_or_assign(std::string(name), std::nullopt).first;
    return place->first;
  }

  node aliased() {
    const std::string name(tag_text(events_.current().data.alias.anchor));
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) {
      events_.refuse(events_.line(), "the alias *" + name + " has no anchor &" + name + " above it");
    }
    if (!found->second) {
      events_.refuse(events_.line(), "the alias *" + name + " stands within what it names: it would never end");
    }
    events_.advance();
    return *found->second;
  }

  node scalar(int line) {
    const auto& s = events_.current().data.scalar;
    const std::string_view tag = tag_text(s.tag);
    node made;
    if (tag.empty() || tag == "!") {
      const bool typed = tag.empty() && s.plain_implicit != 0;
      made =
          typed ? node::scalar(plain_scalar(events_.scalar()), line) : node::text(std::string(events_.scalar()), line);
    } else {
      check_tag(tag, {"str", "null", "bool", "int", "float", "timestamp"});
      const auto tagged = tagged_scalar(tag.substr(standard_tags.size()), events_.scalar());
      if (!tagged) {
        events_.refuse(line, "the text behind !!" + std::string(tag.substr(standard_tags.size())) + " is none");
      }
      made = node::scalar(*tagged, line);
    }
    events_.advance();
    return made;
  }

  void check_tag(std::string_view tag, std::initializer_list<std::string_view> known) {
    for (const std::string_view name : known) {
      if (tag == std::string(standard_tags) + std::string(name)) {
        return;
      }
    }
    events_.refuse(events_.line(), "the tag " + std::string(tag) + " is not supported here: leave it out");
  }

  node list(std::size_t depth, int line) {
    if (const auto tag = tag_text(events_.current().data.sequence_start.tag); !tag.empty() && tag != "!") {
      check_tag(tag, {"seq"});
    }
    node::elements items;
    for (events_.advance(); events_.type() != YAML_SEQUENCE_END_EVENT;) {
      items.push_back(compose(depth + 1));
    }
    events_.advance();
    return node::list(std::move(items), line);
  }

  node dict(std::size_t depth, int line) {
    if (const auto tag = tag_text(events_.current().data.mapping_start.tag); !tag.empty() && tag != "!") {
      check_tag(tag, {"map"});
    }
    dict_parts parts;
    for (events_.advance(); events_.type() != YAML_MAPPING_END_EVENT;) {
      read_member(parts, depth);
    }
    events_.advance();
    return node::dict(unique_members(std::move(parts)), line);
  }

  void read_member(dict_parts& parts, std::size_t depth) {
    const int line = events_.line();
    const bool merges = at_merge_key();
    std::string name = member_name();
    node content = compose(depth + 1);
    if (merges) {
      merge(parts.merged, content, line);
    } else {
      parts.own.push_back({std::move(name), std::move(content)});
    }
  }

  bool at_merge_key() const {
    const yaml_event_t& e = events_.current();
    return e.type == YAML_SCALAR_EVENT &&
           ((e.data.scalar.plain_implicit != 0 && e.data.scalar.tag == nullptr && events_.scalar() == "<<") ||
            tag_text(e.data.scalar.tag) == std::string(standard_tags) + "merge");
  }

  /// A name keeps its spelling, whatever it would be as a value.
  std::string member_name() {
    const int line = events_.line();
    if (events_.type() == YAML_ALIAS_EVENT) {
      const node named = aliased();
      if (named.is_dict() || named.is_list()) {
        events_.refuse(line, std::string(named.kind_name()) + " cannot be a name");
      }
      return named.is_text() ? std::string(named.text()) : named.to_json();
    }
    if (events_.type() != YAML_SCALAR_EVENT) {
      events_.refuse(line, "a name must be a text, not a list or dict");
    }
    std::string name(events_.scalar());
    if (const std::string anchor(begin_anchor()); !anchor.empty()) {
      anchors_[anchor] = node::text(name, line);
    }
    events_.advance();
    return name;
  }

  /// Of several dicts the first one counts most, so it is merged last.
  void merge(node::member_list& into, const node& content, int line) {
    if (content.is_dict()) {
      merge_members(into, content, line);
      return;
    }
    if (!content.is_list()) {
      events_.refuse(line, "<< wants a dict or a list of dicts, not " + std::string(content.kind_name()));
    }
    for (auto one = content.items().rbegin(); one != content.items().rend(); ++one) {
      if (!one->is_dict()) {
        events_.refuse(line, "<< wants a list of dicts, but one of its elements is " + std::string(one->kind_name()));
      }
      merge_members(into, *one, line);
    }
  }

  void merge_members(node::member_list& into, const node& dict, int line) {
    merged_members_ += dict.members().size();
    if (merged_members_ > node::most_parts) {
      events_.refuse(line, "more than " + std::to_string(node::most_parts) + " members are merged by <<");
    }
    into.insert(into.end(), dict.members().begin(), dict.members().end());
  }

  node::member_list unique_members(dict_parts parts) {
    node::member_list members;
    std::unordered_map<std::string, std::size_t> places;
    const auto put = [&](node::member m) {
      const auto [place, added] = places.emplace(m.name, members.size());
      if (added) {
        members.push_back(std::move(m));
      } else {
        members[place->second].content = std::move(m.content);
      }
      return added;
    };
    for (node::member& m : parts.merged) {
      put(std::move(m));
    }
    std::unordered_map<std::string, int> lines;
    for (node::member& m : parts.own) {
      const auto [first, added] = lines.emplace(m.name, m.content.line());
      if (!added) {
        notes_.push_back({"\"" + m.name + "\" stands here twice, at line " + std::to_string(first->second) +
                              " as well: the last one counts",
                          m.content.line()});
      }
      put(std::move(m));
    }
    return members;
  }

  yaml_events events_;
  std::map<std::string, std::optional<node>, std::less<>> anchors_;
  std::vector<document_note> notes_;
  std::size_t merged_members_ = 0;  ///< of the whole document
};

}  // namespace

yaml_reading read_yaml(std::string_view text, const std::string& name) {
  try {
    return composer(text, name).read();
  } catch (const error& e) {
    const std::string_view what = e.what();
    if (e.code() == errc::config && !what.starts_with(name)) {
      throw error(errc::config, name + ": " + std::string(what));
    }
    throw;
  }
}

}  // namespace ingest::rest
