#include "rest/document/spelling/spelled_stream.hpp"

#include <algorithm>

#include "rest/document/spelling/made_dict.hpp"

namespace ingest::rest {

namespace {

constexpr const char* methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

std::string body_kind(const node& of) {
  return spelling::at(of, "json") != nullptr ? "json" : spelling::at(of, "form") != nullptr ? "form" : "";
}

/// What `size` of a page adds to requests: the name of the parameter, and the number.
std::optional<std::pair<std::string, node>> size_of_pages(const node& paginate) {
  if (!paginate.is_dict() || paginate.members().size() != 1) {
    return std::nullopt;
  }
  const auto& [kind, options] = paginate.members().front();
  const node* const size = spelling::at(options, "size");
  const node* const name = spelling::at(options, "size_param");
  if (size == nullptr || (kind != "page" && kind != "offset")) {
    return std::nullopt;
  }
  return std::pair(name == nullptr ? kind == "page" ? "per_page" : "limit" : std::string(name->text()), *size);
}

class stream_maker {
 public:
  stream_maker(spelling& s, const stream_to_spell& stream)
      : s_(s), stream_(stream), of_(stream.of), line_(stream.of.line()), body_(body_kind(stream.of)) {}

  node make() {
    made_dict made(line_, "DeclarativeStream");
    made.set("name", stream_.name);
    const std::vector<node> key = key_of();
    if (!key.empty()) {
      made.set_list("primary_key", key);
    }
    made.set("retriever", retriever());
    if (const node* const incremental = spelling::at(of_, "incremental")) {
      made.set("incremental_sync", spelled_window(s_, *incremental, body_));
    }
    auto transformations = spelled_transformations(s_, of_, stream_.link);
    if (!transformations.empty()) {
      made.set_list("transformations", std::move(transformations));
    }
    if (const node* const schema = spelling::at(of_, "schema")) {
      made.set("schema_loader",
               made_dict(schema->line(), "InlineSchemaLoader").set("schema", spelled_schema(s_, *schema)));
    }
    take_write(!key.empty(), made);
    return made;
  }

 private:
  std::vector<node> key_of() {
    const node* const key = spelling::at(of_, "key");
    if (key == nullptr || key->text() == "none") {
      return {};
    }
    std::vector<node> names = key->is_list() ? key->items() : node::elements{*key};
    if (names.empty() || std::any_of(names.begin(), names.end(), [](const node& n) { return n.text().empty(); })) {
      s_.complain(*key, "`key` must be a field, a list of fields, or none");
      return {};
    }
    return names;
  }

  void take_write(bool has_key, made_dict& made) {
    const node* const write = spelling::at(of_, "write");
    if (write == nullptr) {
      return;
    }
    const std::string_view word = write->text();
    if (word == "append" && spelling::at(of_, "incremental") == nullptr) {
      s_.complain(*write,
                  "`write: append` needs `incremental`: without it each run reads all records again, so write merge, "
                  "skip or replace");
    } else if (word != "merge" && word != "skip" && word != "replace" && word != "append") {
      s_.complain(*write, "`write` must be merge, skip, append or replace");
    } else if ((word == "merge" || word == "skip") && !has_key) {
      s_.complain(*write, "`write: " + std::string(word) + "` needs a `key`");
    }
    made.set("write_disposition", std::string(word));
  }

  node retriever() {
    made_dict made(line_, "SimpleRetriever");
    made.set("requester", requester());
    made.set("record_selector", selector());
    const node* const paginate = spelling::at(of_, "paginate");
    const node* const params = spelling::at(of_, "params");
    const node pages = spelled_pages(s_, paginate == nullptr ? node::scalar({}, line_) : *paginate,
                                     params == nullptr ? node() : *params, body_);
    made.set("paginator", pages);
    if (stream_.parent != nullptr) {
      made.set("partition_router", router());
    }
    return made;
  }

  node requester() {
    made_dict made(line_, "HttpRequester");
    made.set("url_base", stream_.base);
    made.set("path", path());
    made.set("http_method", method());
    made.set("authenticator", stream_.auth);
    made.set("error_handler", spelled_errors(s_, spelling::at(of_, "errors"), line_));
    take_members("params", "request_parameters", false, made);
    take_members("headers", "request_headers", false, made);
    take_members("json", "request_body_json", true, made);
    take_members("form", "request_body_data", false, made);
    if (spelling::at(of_, "json") != nullptr && spelling::at(of_, "form") != nullptr) {
      s_.complain(*spelling::at(of_, "form"), "a stream has `json` or `form`, not both: a request has one body");
    }
    return made;
  }

  void take_members(const std::string& name, const std::string& field, bool typed, made_dict& made) {
    const node* const found = spelling::at(of_, name);
    if (found != nullptr && !found->is_dict()) {
      s_.complain(*found, "`" + name + "` must be a dict");
      return;
    }
    node::member_list members =
        found == nullptr ? node::member_list() : s_.expressed_all(*found, &stream_.link, typed).members();
    const node* const paginate = spelling::at(of_, "paginate");
    const auto size = paginate == nullptr ? std::nullopt : size_of_pages(*paginate);
    const node* const in = size ? spelling::at(paginate->members().front().content, "in") : nullptr;
    const bool here = in != nullptr && in->text() == "body" && !body_.empty() ? name == body_ : name == "params";
    if (size && here) {
      set_member(members, size->first, typed ? size->second : s_.expressed_all(size->second, nullptr, false));
    }
    if (!members.empty()) {
      made.set(field, node::dict(std::move(members), found == nullptr ? line_ : found->line()));
    }
  }

  node path() {
    const node& said = *spelling::at(of_, "path");
    if (said.is_dict() || said.is_list()) {
      s_.complain(said,
                  "`path` of stream \"" + stream_.name + "\" must be a text, not " + std::string(said.kind_name()));
    }
    const std::string made = s_.expressed_path(said, stream_.link);
    std::string plain = made;
    for (std::size_t at = plain.find("{{"); at != std::string::npos; at = plain.find("{{")) {
      plain.erase(at, std::min(plain.find("}}", at), plain.size()) + 2 - at);
    }
    if (plain.find_first_of("{}") != std::string::npos) {
      std::string names;
      for (const auto& [name, link] : s_.links) {
        names += (names.empty() ? "" : ", ") + name;
      }
      s_.complain(said, "`path` of stream \"" + stream_.name +
                            "\" has braces that refer to nothing: write {stream.field}; there are " + names);
    }
    return node::text(made, said.line());
  }

  std::string method() {
    const node* const said = spelling::at(of_, "method");
    std::string name = said == nullptr ? body_.empty() ? "GET" : "POST" : std::string(said->text());
    if (std::find(std::begin(methods), std::end(methods), name) == std::end(methods)) {
      s_.complain(*said, "`method` must be GET, POST, PUT, PATCH or DELETE");
    }
    return name;
  }

  node selector() {
    made_dict made(line_, "RecordSelector");
    made.set("extractor", extractor());
    if (const node* const filter = spelling::at(of_, "filter")) {
      if (filter->text().find("{{") == std::string_view::npos) {
        s_.complain(*filter, "`filter` must be a condition: filter: \"{{ record.active }}\"");
      }
      made.set("record_filter",
               made_dict(filter->line(), "RecordFilter").set("condition", s_.expressed(*filter, &stream_.link, false)));
    }
    return made;
  }

  node extractor() {
    const node* const records = spelling::at(of_, "records");
    made_dict made(records == nullptr ? line_ : records->line(), "FoundRecords");
    if (records == nullptr) {
      return made;
    }
    std::vector<node> steps = records->is_list() ? records->items() : node::elements();
    const std::string text(records->text());
    if (records->is_dict() || (!records->is_list() && text.empty())) {
      s_.complain(*records, "`records` must be the way to the records: data.items, or `.` for the answer itself");
    }
    for (std::size_t begin = 0; text != "." && begin < text.size();) {
      const std::size_t dot = std::min(text.find('.', begin), text.size());
      steps.push_back(node::text(text.substr(begin, dot - begin), records->line()));
      begin = dot + 1;
    }
    if (text.find('*') != std::string::npos) {
      return made_dict(records->line(), "DpathExtractor").set_list("field_path", std::move(steps));
    }
    return made.set_list("field_path", std::move(steps));
  }

  node router() {
    const parent_link& link = stream_.link;
    const auto way = [](std::string field) {
      std::replace(field.begin(), field.end(), '.', '/');
      return field;
    };
    made_dict parent(line_, "ParentStreamConfig");
    parent.set("stream", *stream_.parent);
    parent.set("parent_key", way(link.key));
    parent.set("partition_field", partition_name(link.parent, link.key));
    std::vector<node> extra;
    for (const std::string& field : link.more) {
      std::vector<node> steps;
      for (std::size_t begin = 0; begin < field.size();) {
        const std::size_t dot = std::min(field.find('.', begin), field.size());
        steps.push_back(node::text(field.substr(begin, dot - begin), line_));
        begin = dot + 1;
      }
      extra.push_back(node::list(std::move(steps), line_));
    }
    if (!extra.empty()) {
      parent.set_list("extra_fields", std::move(extra));
    }
    parent.set_flag("extra_fields_tell_apart");
    return made_dict(line_, "SubstreamPartitionRouter").set_list("parent_stream_configs", {parent});
  }

  spelling& s_;
  const stream_to_spell& stream_;
  const node& of_;
  int line_;
  std::string body_;
};

}  // namespace

void check_stream(spelling& s, const node& stream, const std::string& what) {
  s.check(stream, what,
          {"path", "method", "params", "headers", "json", "form", "records", "key", "paginate", "incremental", "errors",
           "schema", "write", "add", "remove", "filter", "flatten", "names"});
}

node spelled_stream(spelling& s, const stream_to_spell& stream) {
  return stream_maker(s, stream).make();
}

}  // namespace ingest::rest
