#include "rest/document/manifest.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "rest/document/component_check.hpp"
#include "rest/document/component_parameters.hpp"
#include "rest/document/declared_stream.hpp"
#include "rest/document/references.hpp"
#include "rest/document/spelling/short_spelling.hpp"

namespace ingest::rest {

namespace {

constexpr std::string_view manifest_type = "DeclarativeSource";

[[noreturn]] void refuse(const document& source, int line, const std::string& problem) {
  throw error(errc::config, source.name + (line == 0 ? "" : ", line " + std::to_string(line)) + ": " + problem);
}

/// The CDK lets a manifest do without its type.
node typed(const document& source) {
  const node& root = source.root;
  if (!root.is_dict()) {
    refuse(source, root.line(),
           "this is no manifest: it must be a dict with streams, not " + std::string(root.kind_name()));
  }
  const node* const type = root.find("type");
  if (type != nullptr && type->text() != manifest_type) {
    refuse(source, type->line(), "this is no manifest: its type is not " + std::string(manifest_type));
  }
  const node* const streams = root.find("streams");
  const node* const dynamic = root.find("dynamic_streams");
  if ((streams == nullptr || !streams->is_list()) && (dynamic == nullptr || !dynamic->is_list())) {
    refuse(source, root.line(), "this is no manifest: it has no list of streams");
  }
  node::member_list members = root.members();
  set_member(members, "type", node::text(std::string(manifest_type), root.line()));
  return node::dict(std::move(members), root.line());
}

bool hinders(const std::vector<finding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const finding& f) { return f.hinders(); });
}

stream_verdict look_at(component_check& check, const node& stream, place where, const std::string& path) {
  stream_verdict verdict;
  const node* const name = stream.find("name");
  verdict.name = name == nullptr || name->text().empty() ? path : std::string(name->text());
  verdict.path = path;
  verdict.line = stream.line();
  verdict.findings = check.look_at(stream, where, path);
  const node* const type = stream.find("type");
  if (type != nullptr && type->text() == "StateDelegatingStream" && !has_delegates(stream)) {
    verdict.findings.push_back({finding::weight::error, path, stream.line(), wrong_delegates, {}});
  }
  return verdict;
}

/// Each stream by itself, with what is wrong with the condition, and a note that there is one.
void look_at_conditional(component_check& check, const node& conditional, const std::string& path,
                         std::vector<stream_verdict>& to) {
  const component_type& type = *find_component_type("ConditionalStreams", place::stream);
  std::vector<finding> of_all;
  for (const node::member& field : conditional.members()) {
    if (field.name == "condition") {
      for (finding& f : check.look_at_field(type, conditional, field)) {
        f.path = path + "." + f.path;
        of_all.push_back(std::move(f));
      }
    }
  }
  if (conditional.find("condition") == nullptr) {
    of_all.push_back({finding::weight::error, path, conditional.line(), "ConditionalStreams misses `condition`", {}});
  }
  of_all.push_back({finding::weight::note, path, conditional.line(), "is there only where the settings say so", {}});
  const node::elements& streams = conditional.find("streams")->items();
  for (std::size_t i = 0; i < streams.size(); ++i) {
    to.push_back(look_at(check, streams[i], place::stream, path + ".streams[" + std::to_string(i) + "]"));
    to.back().findings.insert(to.back().findings.end(), of_all.begin(), of_all.end());
  }
}

bool is_conditional(const node& stream) {
  const node* const type = stream.find("type");
  const node* const streams = stream.find("streams");
  return type != nullptr && type->text() == "ConditionalStreams" && streams != nullptr && streams->is_list();
}

void look_at_streams(component_check& check, const node::member& field, std::vector<stream_verdict>& to) {
  const bool dynamic = field.name == "dynamic_streams";
  for (std::size_t i = 0; i < field.content.items().size(); ++i) {
    const node& stream = field.content.items()[i];
    const std::string path = field.name + "[" + std::to_string(i) + "]";
    if (!dynamic && is_conditional(stream)) {
      look_at_conditional(check, stream, path, to);
      continue;
    }
    to.push_back(look_at(check, stream, dynamic ? place::dynamic_stream : place::stream, path));
    if (dynamic) {
      to.back().findings.push_back({finding::weight::note,
                                    path,
                                    stream.line(),
                                    "makes streams that are known when the settings are, and the API was asked",
                                    {}});
    }
  }
}

/// Settings that are changed before they are used: what is lacking there is lacking to every stream.
bool is_of_all_streams(const finding& f) {
  return f.hinders() && f.path.starts_with("spec.config_normalization_rules");
}

}  // namespace

manifest prepared_manifest(document source) {
  manifest m;
  try {
    if (is_short_spelling(source.root)) {
      if (!source.notes.empty()) {  // with PyYAML's rule the other one would be gone without a word
        const document_note& twice = source.notes.front();
        throw error(errc::config, source.name + ", line " + std::to_string(twice.line) + ": " + twice.text +
                                      ", so that the other one would be gone: take one of them out");
      }
      spelled_manifest made = spelled_out(source);
      m.root = with_parameters(made.root);
      m.settings = std::move(made.settings);
    } else {
      m.root = with_parameters(resolved_references(typed(source)));
    }
  } catch (const error& e) {
    const bool named = std::string_view(e.what()).starts_with(source.name);
    throw error(e.code(), named ? e.what() : source.name + ": " + e.what());
  }
  m.name = std::move(source.name);
  m.notes = std::move(source.notes);
  return m;
}

bool stream_verdict::runs() const {
  return !hinders(findings);
}

bool manifest_verdict::runs() const {
  return !hinders(findings) &&
         std::all_of(streams.begin(), streams.end(), [](const stream_verdict& s) { return s.runs(); });
}

manifest_verdict check_manifest(const manifest& m, const custom::components& provided) {
  manifest_verdict verdict;
  for (const document_note& n : m.notes) {
    verdict.findings.push_back({finding::weight::note, "", n.line, n.text, {}});
  }
  component_check check(provided);
  const component_type& source = *find_component_type(manifest_type, place::source);
  for (const node::member& field : m.root.members()) {
    const bool of_streams = field.name == "streams" || field.name == "dynamic_streams";
    if (of_streams && field.content.is_list()) {
      look_at_streams(check, field, verdict.streams);
    } else if (field.name != "type" && !field.name.starts_with('$')) {
      const auto found = check.look_at_field(source, m.root, field);
      verdict.findings.insert(verdict.findings.end(), found.begin(), found.end());
    }
  }
  for (stream_verdict& s : verdict.streams) {
    std::copy_if(verdict.findings.begin(), verdict.findings.end(), std::back_inserter(s.findings), is_of_all_streams);
  }
  return verdict;
}

}  // namespace ingest::rest
