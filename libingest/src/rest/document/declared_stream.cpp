#include "rest/document/declared_stream.hpp"

#include <algorithm>
#include <map>

#include "ingest/error.hpp"
#include "rest/document/resumption.hpp"
#include "rest/expressions/interpolation.hpp"

namespace ingest::rest {

namespace {

constexpr std::string_view state_delegating = "StateDelegatingStream";
constexpr std::string_view delegates[] = {"full_refresh_stream", "incremental_stream"};

[[noreturn]] void refuse(const manifest& m, const node& at, const std::string& problem) {
  throw error(errc::config, m.name + at_line(at) + ": " + problem);
}

std::string_view text_at(const node& in, std::string_view name) {
  const node* const found = in.find(name);
  return found == nullptr ? std::string_view() : found->text();
}

/// What the template says of the stream's parameters alone; settings are not known here.
std::string known_text(const node& component, std::string_view name) {
  const std::string_view text = text_at(component, name);
  if (text.find("{{") == std::string_view::npos) {
    return std::string(text);
  }
  try {
    const node* const parameters = component.find("$parameters");
    variables given;
    given.set("parameters", parameters == nullptr ? value::dict_of({}) : parameters->to_value());
    given.set("config", value::dict_of({}));
    return interpolation(std::string(text), std::string(name)).evaluate(given, value::text_of("")).to_text();
  } catch (const error&) {
    // The check of the components tells what is wrong with it.
    return std::string(text);
  }
}

declared_stream::path texts_of(const manifest& m, const node& list) {
  declared_stream::path path;
  for (const node& part : list.items()) {
    if (!part.is_text()) {
      refuse(m, part, "`primary_key` must be a name, a list of names, or a list of paths");
    }
    path.emplace_back(part.text());
  }
  return path;
}

std::vector<declared_stream::path> primary_key_of(const manifest& m, const node& stream) {
  const node* const key = stream.find("primary_key");
  std::vector<declared_stream::path> parts;
  if (key == nullptr || !key->truth()) {
    return parts;
  }
  if (key->is_text()) {
    return {{std::string(key->text())}};
  }
  if (!key->is_list()) {
    refuse(m, *key, "`primary_key` must be a name, a list of names, or a list of paths");
  }
  for (const node& part : key->items()) {
    if (part.is_text()) {
      parts.push_back({std::string(part.text())});
    } else if (!part.items().empty()) {
      parts.push_back(texts_of(m, part));
    } else {
      refuse(m, part, "a part of `primary_key` must be a name or a path of names");
    }
  }
  return parts;
}

const node* inline_schema(const node& loader) {
  return text_at(loader, "type") == "InlineSchemaLoader" ? loader.find("schema") : nullptr;
}

void add_parents(const node& router, std::vector<std::string>& names) {
  for (const node& one : router.items()) {
    add_parents(one, names);
  }
  if (const node* const inner = router.find("underlying_partition_router")) {
    add_parents(*inner, names);
  }
  const node* const parents = router.find("parent_stream_configs");
  for (const node& parent : parents == nullptr ? node::elements() : parents->items()) {
    const node* const stream = parent.find("stream");
    names.push_back(stream == nullptr ? "" : std::string(text_at(*stream, "name")));
  }
}

/// What is wrong with others, the check of the components tells.
bool is_readable(const node& stream) {
  return text_at(stream, "type") == "DeclarativeStream" || has_delegates(stream);
}

declared_stream declared(const manifest& m, const node& written, const stream_states& has_state) {
  declared_stream d;
  d.name = text_at(written, "name");
  d.line = written.line();
  if (d.name.empty()) {
    refuse(m, written, "a stream has no `name`");
  }
  d.made_by = text_at(written, "$made_by");
  const bool stateful = has_state && has_state(d.name);
  const node stream = delegate_of(written, stateful);
  d.component = stream;
  d.primary_key = primary_key_of(m, stream);
  d.schema = schema_of(stream);
  d.write = text_at(stream, "write_disposition");
  // The stream that reads everything may have a cursor by which changes are not found.
  const bool reads_all = text_at(written, "type") == state_delegating && !stateful;
  if (const node* const cursor = reads_all ? nullptr : stream.find("incremental_sync")) {
    d.cursor_field = known_text(*cursor, "cursor_field");
  }
  if (const node* const retriever = stream.find("retriever")) {
    d.retriever = *retriever;
    if (const node* const router = retriever->find("partition_router")) {
      add_parents(*router, d.parents);
    }
  }
  d.resumes = resumption_of(stream);
  return d;
}

}  // namespace

/// Of several loaders the members are put together; the first one counts where two know a member.
std::string schema_of(const node& stream) {
  const node* const loader = stream.find("schema_loader");
  if (loader == nullptr) {
    return "";
  }
  if (loader->is_dict()) {
    const node* const schema = inline_schema(*loader);
    return schema == nullptr || !schema->is_dict() ? "" : schema->to_json();
  }
  node::member_list properties;
  for (auto one = loader->items().rbegin(); one != loader->items().rend(); ++one) {
    const node* const schema = inline_schema(*one);
    const node* const members = schema == nullptr ? nullptr : schema->find("properties");
    for (const node::member& m : members == nullptr ? node::member_list() : members->members()) {
      set_member(properties, m.name, m.content);
    }
  }
  if (properties.empty()) {
    return "";
  }
  return node::dict({{"type", node::text("object", loader->line())},
                     {"properties", node::dict(std::move(properties), loader->line())}},
                    loader->line())
      .to_json();
}

bool asks_for_schema(const declared_stream& stream) {
  const node* const loader = stream.component.find("schema_loader");
  const auto asks = [](const node& one) { return text_at(one, "type") == "DynamicSchemaLoader"; };
  return loader != nullptr && (asks(*loader) || std::any_of(loader->items().begin(), loader->items().end(), asks));
}

node delegate_of(const node& stream, bool has_state) {
  if (text_at(stream, "type") != state_delegating) {
    return stream;
  }
  if (!has_delegates(stream)) {
    throw error(errc::config, "the StateDelegatingStream \"" + std::string(text_at(stream, "name")) + "\"" +
                                  at_line(stream) + ": " + wrong_delegates);
  }
  return *stream.find(delegates[has_state ? 1 : 0]);
}

bool has_delegates(const node& stream) {
  return text_at(stream, "type") == state_delegating &&
         std::all_of(std::begin(delegates), std::end(delegates), [&stream](std::string_view field) {
           const node* const one = stream.find(field);
           return one != nullptr && text_at(*one, "name") == text_at(stream, "name");
         });
}

bool may_be_appended(const declared_stream& stream) {
  return !stream.cursor_field.empty() &&
         stream.retriever.to_json().find("\"GroupingPartitionRouter\"") == std::string::npos;
}

bool windows_meet(const declared_stream& stream) {
  const node* const cursor = stream.component.find("incremental_sync");
  if (stream.cursor_field.empty() || cursor == nullptr || text_at(*cursor, "step").empty()) {
    return false;
  }
  const std::string_view granularity = text_at(*cursor, "cursor_granularity");
  return granularity.empty() || granularity == "PT0S";
}

bool is_of_csv(const declared_stream& stream) {
  const auto decodes_csv = [&](std::string_view field) {
    const node* decoder = stream.retriever.find(field);
    while (decoder != nullptr && text_at(*decoder, "type") != "CsvDecoder") {
      decoder = decoder->find("decoder");  // what is compressed has another one inside
    }
    return decoder != nullptr;
  };
  return decodes_csv("decoder") || decodes_csv("download_decoder");
}

std::string_view usual_write(const declared_stream& stream) {
  return !stream.write.empty()         ? std::string_view(stream.write)
         : !stream.primary_key.empty() ? "merge"
         : may_be_appended(stream)     ? "append"
                                       : "replace";
}

std::vector<declared_stream> declared_streams(const manifest& m, const stream_states& has_state) {
  std::vector<declared_stream> all;
  std::map<std::string, int> lines;
  const auto add = [&](const node& stream, bool is_certain) {
    declared_stream one = declared(m, stream, has_state);
    const auto [first, added] = lines.emplace(one.name, stream.line());
    if (added) {
      all.push_back(std::move(one));
    } else if (is_certain) {
      refuse(m, stream,
             "a second stream is called \"" + one.name + "\", as the one at line " + std::to_string(first->second) +
                 ": rename one of them");
    }
  };
  const node* const streams = m.root.find("streams");
  for (const node& stream : streams == nullptr ? node::elements() : streams->items()) {
    const node* const inner = text_at(stream, "type") == "ConditionalStreams" ? stream.find("streams") : nullptr;
    if (inner == nullptr && is_readable(stream)) {
      add(stream, true);
    }
    for (const node& one : inner == nullptr ? node::elements() : inner->items()) {
      if (is_readable(one)) {
        add(one, false);
      }
    }
  }
  return all;
}

}  // namespace ingest::rest
