#include "rest/connectors/made_streams.hpp"

#include <map>
#include <utility>

#include "ingest/error.hpp"
#include "rest/connectors/record_reading.hpp"
#include "rest/templates/stream_template.hpp"

namespace ingest::rest {

namespace {

using stream_list = node::elements;

const node::elements& items_of(const manifest& m, std::string_view field) {
  static const node::elements none;
  const node* const list = m.root.find(field);
  return list == nullptr ? none : list->items();
}

std::string_view resolver_type_of(const node& dynamic_stream) {
  const node* const resolver = dynamic_stream.find("components_resolver");
  const node* const type = resolver == nullptr ? nullptr : resolver->find("type");
  return type == nullptr ? std::string_view() : type->text();
}

std::string path_of(std::size_t index) {
  return "dynamic_streams[" + std::to_string(index) + "]";
}

/// A name that stays what it is when templates before it are gone.
node with_name(const node& dynamic_stream, const std::string& path) {
  node::member_list members = dynamic_stream.members();
  set_member(members, "name", node::text(stream_template::name_of(dynamic_stream, path), dynamic_stream.line()));
  return node::dict(std::move(members), dynamic_stream.line());
}

/// `m` with these streams, and these templates that are left.
manifest with_streams(const manifest& m, stream_list streams, node::elements left) {
  manifest made = m;
  node::member_list members = m.root.members();
  set_member(members, "streams", node::list(std::move(streams), m.root.line()));
  if (find_member(members, "dynamic_streams") != nullptr) {
    set_member(members, "dynamic_streams", node::list(std::move(left), m.root.line()));
  }
  made.root = node::dict(std::move(members), m.root.line());
  return made;
}

/// The streams of templates, each of whose names is there once.
class made_list {
 public:
  explicit made_list(stream_list before) : streams_(std::move(before)) {}

  void add(const component& of, const std::string& made_by, const node& stream) {
    const std::string name(stream.find("name")->text());
    if (!names_.emplace(name, made_by).second) {
      of.refuse("a second stream is called \"" + name +
                "\": what the template's streams are made of must give each another name; look at the settings, and "
                "at what is mapped to `name`");
    }
    if (names_.size() > most_made_streams) {
      of.refuse("more than " + std::to_string(most_made_streams) + " streams are made");
    }
    node::member_list members = stream.members();
    set_member(members, made_by_field, node::text(made_by, stream.line()));
    streams_.push_back(node::dict(std::move(members), stream.line()));
  }

  stream_list taken() { return std::move(streams_); }

 private:
  stream_list streams_;
  std::map<std::string, std::string> names_;
};

void add_listed(made_list& to, const component& of, const std::string& name) {
  const stream_template made(of);
  for (const value& values : listed_values(of.child("components_resolver"))) {
    to.add(of, name, made.made_of(values, value()));
  }
}

void add_asked(made_list& to, const component& of, const std::string& name, const std::stop_token& stop) {
  const stream_template made(of);
  const connector_stream from = stream_of_retriever(of.child("components_resolver"), name);
  bool found = false;
  read_all(from, stop, [&](const value& record, const stream_slice& slice) {
    to.add(of, name, made.made_of(record, slice.names()));
    found = true;
    return true;
  });
  if (!found) {
    accept_nothing(from, of);
  }
}

bool holds(const component& conditional) {
  const auto known = conditional.known();
  return conditional.expression("condition").holds(*known);
}

/// What is written out, with what the conditions choose in their places.
stream_list chosen_streams(const manifest& m, const connector_parts& parts) {
  stream_list all;
  const node::elements& streams = items_of(m, "streams");
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const component stream(parts, streams[i], "streams[" + std::to_string(i) + "]");
    if (stream.type() != "ConditionalStreams") {
      all.push_back(streams[i]);
    } else if (holds(stream)) {
      const node* const inner = stream.field("streams");
      const node::elements none;
      const node::elements& chosen = inner == nullptr ? none : inner->items();
      all.insert(all.end(), chosen.begin(), chosen.end());
    }
  }
  return all;
}

}  // namespace

manifest with_listed_streams(const manifest& m, const connector_parts& parts) {
  made_list made(chosen_streams(m, parts));
  node::elements left;
  const node::elements& templates = items_of(m, "dynamic_streams");
  for (std::size_t i = 0; i < templates.size(); ++i) {
    const std::string_view resolver = resolver_type_of(templates[i]);
    if (resolver == "ConfigComponentsResolver" || resolver == "ParametrizedComponentsResolver") {
      add_listed(made, component(parts, templates[i], path_of(i)), stream_template::name_of(templates[i], path_of(i)));
    } else {
      left.push_back(with_name(templates[i], path_of(i)));
    }
  }
  return with_streams(m, made.taken(), std::move(left));
}

manifest with_asked_streams(const manifest& m, const connector_parts& parts,
                            const std::function<bool(const std::string& name)>& wanted, const std::stop_token& stop) {
  made_list made(items_of(m, "streams"));
  node::elements left;
  const node::elements& templates = items_of(m, "dynamic_streams");
  for (std::size_t i = 0; i < templates.size(); ++i) {
    const std::string name = stream_template::name_of(templates[i], path_of(i));
    if (resolver_type_of(templates[i]) == "HttpComponentsResolver" && wanted(name)) {
      add_asked(made, component(parts, templates[i], path_of(i)), name, stop);
    } else {
      left.push_back(templates[i]);
    }
  }
  return with_streams(m, made.taken(), std::move(left));
}

manifest with_streams_of_manifest(const manifest& m) {
  connector_parts nothing;
  made_list made(items_of(m, "streams"));
  node::elements left;
  const node::elements& templates = items_of(m, "dynamic_streams");
  for (std::size_t i = 0; i < templates.size(); ++i) {
    if (resolver_type_of(templates[i]) == "ParametrizedComponentsResolver") {
      try {
        made_list all = made;
        add_listed(all, component(nothing, templates[i], path_of(i)),
                   stream_template::name_of(templates[i], path_of(i)));
        made = std::move(all);
        continue;
      } catch (const error&) {
        // It wants settings, or is wrong, which the check of its components says.
      }
    }
    left.push_back(templates[i]);
  }
  return with_streams(m, made.taken(), std::move(left));
}

}  // namespace ingest::rest
