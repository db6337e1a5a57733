#include "rest/document/spelling/short_spelling.hpp"

#include <algorithm>

#include "rest/document/spelling/made_dict.hpp"
#include "rest/document/spelling/spelled_stream.hpp"
#include "rest/document/spelling/spelling.hpp"

namespace ingest::rest {

namespace {

/// A stream as a dict, with the defaults of all streams: null and a text are a path.
node whole_stream(const std::string& name, const node& stream, const node* defaults) {
  made_dict made(stream.line());
  if (defaults != nullptr) {
    for (const node::member& m : defaults->members()) {
      made.set(m.name, m.content);
    }
  }
  if (!stream.is_dict()) {
    return made.set("path", stream.is_none() ? "/" + name : std::string(stream.text()));
  }
  for (const node::member& m : stream.members()) {
    const node* const common = defaults == nullptr ? nullptr : defaults->find(m.name);
    node content = m.content;
    if (common != nullptr && common->is_dict() && content.is_dict() && (m.name == "params" || m.name == "headers")) {
      node::member_list both = common->members();
      for (const node::member& own : content.members()) {
        set_member(both, own.name, own.content);
      }
      content = node::dict(std::move(both), content.line());
    }
    made.set(m.name, std::move(content));
  }
  if (spelling::at(stream, "path") == nullptr) {
    made.set("path", node::text("/" + name, stream.line()));
  }
  return made;
}

node::member_list streams_of(spelling& s, const node& root) {
  node::member_list all;
  const node* const streams = spelling::at(root, "streams");
  const node* const defaults = spelling::at(root, "defaults");
  if (streams == nullptr || !streams->is_dict() || streams->members().empty()) {
    s.complain(streams == nullptr ? root : *streams,
               "`streams` must be a dict of streams by their names, with one at least");
    return all;
  }
  if (defaults != nullptr) {
    check_stream(s, *defaults, "`defaults`");
  }
  for (const node::member& m : streams->members()) {
    const bool fits = m.content.is_dict() || m.content.is_text() || m.content.is_none();
    if (m.content.is_dict()) {
      check_stream(s, m.content, "stream \"" + m.name + "\"");
    } else if (!fits) {
      s.complain(m.content, "stream \"" + m.name + "\" must be a dict, or a path");
    }
    all.push_back({m.name, fits ? whole_stream(m.name, m.content, defaults) : node::dict({}, m.content.line())});
  }
  return all;
}

/// Of the streams that are referred to, the one that is the child of all others is the parent.
parent_link link_of(const std::vector<std::pair<std::string, std::string>>& references,
                    const std::map<std::string, std::vector<std::pair<std::string, std::string>>>& all) {
  parent_link link;
  if (references.empty()) {
    return link;
  }
  link.parent = references.front().first;
  for (const auto& [stream, field] : references) {
    const auto& of_it = all.at(stream);
    const bool below = std::any_of(of_it.begin(), of_it.end(), [&](const auto& r) { return r.first == link.parent; });
    link.parent = stream != link.parent && below ? stream : link.parent;
  }
  for (const auto& [stream, field] : references) {
    if (stream == link.parent && link.key.empty()) {
      link.key = field;
    } else if (stream == link.parent && field != link.key) {
      link.more.insert(field);
    }
  }
  return link;
}

void link_streams(spelling& s, const node::member_list& streams) {
  for (const node::member& m : streams) {
    s.links[m.name] = {};
  }
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> references;
  for (const node::member& m : streams) {
    references[m.name] = s.references_in(m.content);
  }
  for (const node::member& m : streams) {
    s.links[m.name] = link_of(references.at(m.name), references);
  }
}

bool is_own_ancestor(const spelling& s, const std::string& name) {
  std::string at = name;
  for (std::size_t steps = 0; steps <= s.links.size(); ++steps) {
    const parent_link& link = s.links.find(at)->second;
    if (!link.is_child()) {
      return false;
    }
    at = link.parent;
  }
  return true;
}

class stream_tree {
 public:
  stream_tree(spelling& s, const node& base, const node& auth, const node::member_list& streams)
      : s_(s), base_(base), auth_(auth), streams_(streams) {}

  const node& made(const std::string& name) {
    const auto known = made_.find(name);
    if (known != made_.end()) {
      return known->second;
    }
    const parent_link& link = s_.links.find(name)->second;
    const node& of =
        std::find_if(streams_.begin(), streams_.end(), [&](const node::member& m) { return m.name == name; })->content;
    const node* const parent = link.is_child() ? &made(link.parent) : nullptr;
    return made_.emplace(name, spelled_stream(s_, {name, of, base_, auth_, link, parent})).first->second;
  }

 private:
  spelling& s_;
  const node& base_;
  const node& auth_;
  const node::member_list& streams_;
  std::map<std::string, node> made_;
};

node made_streams(spelling& s, const node& root, const node& base, const node& auth) {
  const node::member_list streams = streams_of(s, root);
  link_streams(s, streams);
  stream_tree tree(s, base, auth, streams);
  std::vector<node> all;
  for (const node::member& m : streams) {
    if (is_own_ancestor(s, m.name)) {
      s.complain(m.content, "stream \"" + m.name + "\" is a child of itself, by what its `{stream.field}` refer to");
    }
  }
  s.finish();
  for (const node::member& m : streams) {
    all.push_back(tree.made(m.name));
  }
  return node::list(std::move(all), root.line());
}

}  // namespace

bool is_short_spelling(const node& root) {
  const node* const streams = root.find("streams");
  return root.is_dict() && root.find("type") == nullptr &&
         (root.find("api") != nullptr || (streams != nullptr && streams->is_dict()));
}

spelled_manifest spelled_out(const document& source) {
  const node& root = source.root;
  spelling s(source.name);
  s.check(root, "the file", {"version", "api", "auth", "rate", "defaults", "streams"});
  const node* const version = spelling::at(root, "version");
  if (version != nullptr && version->scalar().to_text() != "1") {
    s.complain(*version, "`version` must be 1");
  }
  const node* const api = spelling::at(root, "api");
  const node base = node::text(s.required_text(root, "api", "the file"), api == nullptr ? root.line() : api->line());
  const node* const auth = spelling::at(root, "auth");
  const node auth_made = auth == nullptr ? node(made_dict(root.line(), "NoAuth")) : spelled_auth(s, *auth);
  made_dict made(root.line(), "DeclarativeSource");
  made.set("version", "1");
  const node streams = made_streams(s, root, base, auth_made);
  made.set("streams", streams);
  if (const node* const rate = spelling::at(root, "rate")) {
    made.set("api_budget", spelled_rate(s, *rate));
  }
  s.finish();
  std::vector<node> names;
  for (const node& stream : streams.items()) {
    names.push_back(*stream.find("name"));
  }
  made.set("check", made_dict(root.line(), "CheckStream").set_list("stream_names", std::move(names)));
  made.set("spec", s.specification(root.line()));
  return {made, s.settings(root.line())};
}

}  // namespace ingest::rest
