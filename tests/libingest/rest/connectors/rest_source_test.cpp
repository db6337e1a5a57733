#include "ingest/rest_source.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/contract_report.hpp"
#include "support/fake_time.hpp"
#include "support/http_server.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

/// A stream `books`, whose requester and retriever have these lines of YAML besides.
std::string books(const std::string& of_requester = "", const std::string& of_retriever = "",
                  const std::string& of_stream = "", const std::string& requester = "HttpRequester") {
  return R"(
type: DeclarativeSource
spec:
  connection_specification:
    type: object
    required: [base_url, token]
    properties:
      base_url: {type: string}
      token: {type: string, airbyte_secret: true}
      shelf: {type: string, default: a}
streams:
  - type: DeclarativeStream
    name: books
    primary_key: [id]
)" + of_stream +
         R"(
    retriever:
      type: SimpleRetriever
)" + of_retriever +
         (of_retriever.find("\n      record_selector:") != std::string::npos ? "" : R"(
      record_selector:
        type: RecordSelector
        extractor: {type: DpathExtractor, field_path: [books]}
)") + R"(
      requester:
        type: )" +
         requester + R"(
        url_base: "{{ config['base_url'] }}"
        path: /books
)" + of_requester;
}

std::string config_of(const http_server& api) {
  return R"({"base_url":")" + api.url() + R"(","token":"open sesame"})";
}

/// All lines of a stream, its slices one after the other.
std::string read_all(const rest_source& s) {
  std::string text;
  const auto supply = s.slices();
  while (const auto task = supply->next({})) {
    const auto from = s.sources(task->slice);
    from->open(task->position, {});
    while (const auto b = from->read()) {
      text += b->bytes();
      if (b->last) {
        break;
      }
    }
    from->close();
  }
  return text;
}

std::string read_books(const std::string& yaml, const http_server& api, custom::components own = {},
                       rest_source_options options = {}) {
  fake_time time;
  rest_options o;
  o.components = std::move(own);
  o.time = time.as_timing();
  return read_all(make_rest_source(make_rest_api(rest_manifest::parse(yaml, "library.yaml"), config_of(api), o),
                                   "books", std::move(options)));
}

reply one_book(const received_request&) {
  return {.body = R"({"books":[{"id":1,"title":"a"}]})"};
}

template <class F>
std::string refusal(errc expected, F&& f) {
  try {
    f();
  } catch (const error& e) {
    BOOST_TEST(name_of(e.code()) == name_of(expected));
    return e.what();
  }
  BOOST_ERROR("nothing was thrown");
  return "";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(manifests)

BOOST_AUTO_TEST_CASE(tell_their_streams_and_what_hinders_them) {
  const auto m = rest_manifest::parse(
      books(
          "        authenticator: {type: CustomAuthenticator, class_name: library.Card}\n", "",
          "    schema_loader: {type: InlineSchemaLoader, schema: {type: object, properties: {id: {type: integer}}}}\n"),
      "library.yaml");
  const auto streams = m.streams();
  BOOST_TEST_REQUIRE(streams.size() == 1U);
  BOOST_TEST(streams[0].name == "books");
  BOOST_TEST((streams[0].primary_key == std::vector<std::vector<std::string>>{{"id"}}));
  BOOST_TEST(streams[0].schema == R"({"type":"object","properties":{"id":{"type":"integer"}}})");
  BOOST_TEST(has(streams[0].problem, "library.Card"));
  custom::components own;
  own.authenticators["library.Card"] = [](const custom::declaration&) { return nullptr; };
  BOOST_TEST(m.streams(own)[0].problem == "");
  own.authenticators.clear();
  own.transformations["library.Card"] = [](const custom::declaration&) { return custom::transformation(); };
  BOOST_TEST(has(m.streams(own)[0].problem, "library.Card"));
}

BOOST_AUTO_TEST_CASE(look_into_what_a_component_of_the_programs_has_of_its_kind) {
  const auto m = rest_manifest::parse(
      books("        http_method: FETCH\n        class_name: library.Asking\n", "", "", "CustomRequester"),
      "library.yaml");
  custom::components own;
  own.requesters["library.Asking"] = [](const custom::declaration&) { return custom::request_edit(); };
  BOOST_TEST(has(m.streams(own)[0].problem, "must be one of GET, POST"));
}

BOOST_AUTO_TEST_CASE(have_streams_that_settings_make_of_a_template) {
  const auto m = rest_manifest::parse(R"(
type: DeclarativeSource
dynamic_streams:
  - type: DynamicDeclarativeStream
    name: shelves
    stream_template:
      type: DeclarativeStream
      name: ""
      primary_key: id
      retriever:
        type: SimpleRetriever
        requester: {type: HttpRequester, url_base: "http://127.0.0.1:1", path: /books}
        record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
    components_resolver:
      type: ConfigComponentsResolver
      stream_config: {type: StreamConfig, configs_pointer: [shelves]}
      components_mapping:
        - {type: ComponentMappingDefinition, field_path: [name], value: "{{ components_values['name'] }}"}
)",
                                      "library.yaml");
  BOOST_TEST_REQUIRE(m.streams().size() == 1U);
  BOOST_TEST(has(m.streams()[0].problem, "it is a template"));
  const auto api = make_rest_api(m, "shelves: [{name: a}, {name: b}]");
  BOOST_TEST(bool(make_rest_source(api, "b").slices));
  BOOST_TEST(has(refusal(errc::config, [&] { make_rest_source(api, "c"); }), "it has a, b"));
}

BOOST_AUTO_TEST_CASE(check_settings_all_at_once_and_complete_them) {
  const auto m = rest_manifest::parse(books(), "library.yaml");
  const rest_settings bad = m.check("shelv: b");
  BOOST_TEST(bad.problems.size() == 2U);
  BOOST_TEST_REQUIRE(bad.notes.size() == 1U);
  BOOST_TEST(has(bad.notes[0], "shelv"));
  const rest_settings good = m.check("base_url: http://x\ntoken: t0ps3cret");
  BOOST_TEST(good.problems.empty());
  BOOST_TEST((good.secrets == std::vector<std::string>{"t0ps3cret"}));
  BOOST_TEST(has(good.config, R"("shelf":"a")"));
  BOOST_TEST(has(refusal(errc::config, [&] { make_rest_api(m, "{}"); }), "base_url"));
  refusal(errc::config, [] { rest_manifest::parse("[]", "list.yaml"); });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(sources)

BOOST_AUTO_TEST_CASE(keep_the_contract) {
  const http_server api([](const received_request& r) {
    const std::string page = r.parameter("page");
    return reply{.body = page == "3" ? R"({"books":[{"id":5}]})"
                                     : R"({"books":[{"id":)" + page + R"(},{"id":1)" + page + "}]}"};
  });
  const auto m = rest_manifest::parse(books("", R"(
      paginator:
        type: DefaultPaginator
        page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}
        pagination_strategy: {type: PageIncrement, page_size: 2, start_from_page: 1, inject_on_first_request: true}
)"),
                                      "library.yaml");
  const rest_source s = make_rest_source(make_rest_api(m, config_of(api)), "books");
  const auto supply = s.slices();
  const slice_id slice = supply->next({})->slice;
  source_kind kind;
  kind.make = [&] { return s.sources(slice); };
  kind.contents = "{\"id\":1}\n{\"id\":11}\n{\"id\":2}\n{\"id\":12}\n{\"id\":5}\n";
  check_contract(source_cases(), kind);
}

BOOST_AUTO_TEST_CASE(put_the_primary_key_before_records_for_encoders_that_want_one) {
  const http_server api(one_book);
  rest_source_options o;
  o.encoder = std::make_shared<keyed_encoder>();
  BOOST_TEST(read_books(books(), api, {}, o) == "1\t{\"id\":1,\"title\":\"a\"}\n");
  o.id_pointer = "/title";
  BOOST_TEST(read_books(books(), api, {}, o) == "a\t{\"id\":1,\"title\":\"a\"}\n");
}

BOOST_AUTO_TEST_CASE(name_the_stream_that_is_not_there_and_what_does_not_run) {
  const http_server api(one_book);
  const auto m = rest_manifest::parse(books(), "library.yaml");
  BOOST_TEST(has(refusal(errc::config, [&] { make_rest_source(make_rest_api(m, config_of(api)), "boks"); }), "books"));
  const std::string missing = refusal(errc::config, [&] {
    read_books(books("", "", "    transformations: [{type: CustomTransformation, class_name: library.Cover}]\n"), api);
  });
  BOOST_TEST(has(missing, "library.Cover"));
  BOOST_TEST(has(missing, "line "));
  BOOST_TEST(api.requests().empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(components_of_the_programs)

namespace {

/// Gets a token by a login, and another one when the API refuses it.
class login final : public custom::authenticator {
 public:
  explicit login(const custom::declaration& d) : url_(*d.text("login_url")), http_(d.http()) {}

  std::uint64_t sign(http_request& request, const std::stop_token& stop) override {
    if (token_.empty()) {
      http_request ask;
      ask.verb = http_request::method::post;
      ask.url = url_;
      const http_result got = http_(ask, stop);
      if (got.failure || got.status != 200) {
        throw error(errc::authentication, "the login is refused");
      }
      token_ = got.body;
      ++number_;
    }
    custom::set_header(request, "X-Token", token_);
    custom::add_parameter(request, "signed by", "me & you");
    return number_;
  }
  bool renew(std::uint64_t number) override {
    if (number == number_) {
      token_.clear();
    }
    return true;
  }

 private:
  std::string url_;
  custom::http_exchange http_;
  std::string token_;
  std::uint64_t number_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(sign_requests_and_get_other_credentials_when_they_are_refused) {
  int logins = 0;
  const http_server api([&](const received_request& r) {
    if (r.path == "/login") {
      return reply{.body = "t" + std::to_string(++logins)};
    }
    BOOST_TEST(r.target == "/books?signed+by=me+%26+you");
    return r.header("x-token") == "t2" ? one_book(r) : reply{.status = 401, .body = "{}"};
  });
  custom::components own;
  own.authenticators["library.Card"] = [](const custom::declaration& d) { return std::make_shared<login>(d); };
  const std::string yaml = books(
      "        authenticator: {type: CustomAuthenticator, class_name: library.Card, "
      "login_url: \"{{ config['base_url'] }}/login\"}\n");
  BOOST_TEST(read_books(yaml, api, own) == "{\"id\":1,\"title\":\"a\"}\n");
  BOOST_TEST(logins == 2);
}

BOOST_AUTO_TEST_CASE(choose_among_authenticators_of_the_manifest) {
  const http_server api([](const received_request& r) {
    return r.header("authorization") == "Bearer open sesame" ? one_book(r) : reply{.status = 403, .body = "{}"};
  });
  custom::components own;
  own.authenticators["library.Choice"] = [](const custom::declaration& d) {
    return d.make_authenticator(has(d.config(), "open sesame") ? "bearer" : "basic");
  };
  const std::string yaml = books(R"(
        authenticator:
          type: CustomAuthenticator
          class_name: library.Choice
          bearer: {type: BearerAuthenticator, api_token: "{{ config['token'] }}"}
          basic: {type: BasicHttpAuthenticator, username: u, password: p}
)");
  BOOST_TEST(read_books(yaml, api, own) == "{\"id\":1,\"title\":\"a\"}\n");
}

BOOST_AUTO_TEST_CASE(change_requests_but_not_where_credentials_go) {
  const http_server api(one_book);
  custom::components own;
  std::string host;
  own.requesters["library.Asking"] = [&](const custom::declaration&) -> custom::request_edit {
    return [&](http_request& r, const custom::call& c) {
      BOOST_TEST(c.slice() == "{}");
      BOOST_TEST(c.page_token() == "null");
      r.url = (host.empty() ? r.url : host + "/books") + "?search=(a:List(b))";
    };
  };
  const std::string yaml = books(
      "        class_name: library.Asking\n"
      "        authenticator: {type: BearerAuthenticator, api_token: \"{{ config['token'] }}\"}\n",
      "", "", "CustomRequester");
  BOOST_TEST(read_books(yaml, api, own) == "{\"id\":1,\"title\":\"a\"}\n");
  BOOST_TEST(api.requests().at(0).target == "/books?search=(a:List(b))");
  host = "http://localhost:1";
  BOOST_TEST(has(refusal(errc::config, [&] { read_books(yaml, api, own); }), "allowed_hosts"));
}

BOOST_AUTO_TEST_CASE(judge_answers_before_the_manifest_does_and_say_how_long_to_wait) {
  int asked = 0;
  const http_server api([&](const received_request& r) {
    return ++asked < 3 ? reply{.status = 400, .body = "{}", .headers = {{"X-Rate", "2"}}} : one_book(r);
  });
  custom::components own;
  own.error_handlers["library.Patience"] = [](const custom::declaration&) -> custom::error_handler {
    return [](const custom::answer& a) -> std::optional<custom::verdict> {
      if (a.status == 400 && a.header("x-rate")) {
        return custom::verdict{custom::action::retry};
      }
      return std::nullopt;
    };
  };
  std::vector<unsigned> attempts;
  own.backoff_strategies["library.Wait"] = [&](const custom::declaration&) -> custom::backoff {
    return [&](const custom::answer& a, unsigned attempt) {
      attempts.push_back(attempt);
      return std::chrono::duration<double>(std::stoi(std::string(*a.header("X-Rate"))));
    };
  };
  const std::string yaml = books(R"(
        error_handler:
          type: CustomErrorHandler
          class_name: library.Patience
          backoff_strategies: [{type: CustomBackoffStrategy, class_name: library.Wait}]
)");
  BOOST_TEST(read_books(yaml, api, own) == "{\"id\":1,\"title\":\"a\"}\n");
  BOOST_TEST((attempts == std::vector<unsigned>{1, 2}));
}

BOOST_AUTO_TEST_CASE(find_filter_and_change_records_by_their_json) {
  const http_server api(
      [](const received_request&) { return reply{.body = R"({"rows":[[1.10,"a"],[2,"b"],[3,"c"]]})"}; });
  custom::components own;
  own.record_extractors["library.Rows"] = [](const custom::declaration& d) -> custom::extractor {
    return [rows = d.make_extractor()](const custom::answer& a, const custom::call& c, const custom::json_sink& each) {
      rows(a, c, [&](std::string_view row) { each(R"({"row":)" + std::string(row) + "}"); });
    };
  };
  own.record_filters["library.NoB"] = [](const custom::declaration&) -> custom::record_filter {
    return [](std::string_view record, const custom::call&) { return record.find("\"b\"") == std::string_view::npos; };
  };
  own.transformations["library.Wrap"] = [](const custom::declaration& d) -> custom::transformation {
    return [shelf = *d.text("shelf")](std::string_view record, const custom::call&) {
      return std::string(record.substr(0, record.size() - 1)) + R"(,"shelf":")" + shelf + "\"}";
    };
  };
  own.schema_normalizations["library.Typed"] = [](const custom::declaration&) -> custom::normalization {
    return [](std::string_view record, std::string_view schema) {
      return std::string(record.substr(0, record.size() - 1)) + R"(,"schema":)" + std::string(schema) + "}";
    };
  };
  const std::string yaml = books("", R"(
      record_selector:
        type: RecordSelector
        extractor: {type: CustomRecordExtractor, class_name: library.Rows, field_path: [rows]}
        record_filter: {type: CustomRecordFilter, class_name: library.NoB}
        schema_normalization: {type: CustomSchemaNormalization, class_name: library.Typed}
)",
                                 R"(
    schema_loader: {type: InlineSchemaLoader, schema: {type: object}}
    transformations: [{type: CustomTransformation, class_name: library.Wrap, shelf: "{{ config['shelf'] }}"}]
)");
  BOOST_TEST(read_books(yaml, api, own) ==
             "{\"row\":[1.10,\"a\"],\"shelf\":\"a\",\"schema\":{\"type\":\"object\"}}\n"
             "{\"row\":[3,\"c\"],\"shelf\":\"a\",\"schema\":{\"type\":\"object\"}}\n");
  own.record_filters["library.NoB"] = [](const custom::declaration&) { return custom::record_filter(); };
  BOOST_TEST(has(refusal(errc::config, [&] { read_books(yaml, api, own); }), "library.NoB"));
}

BOOST_AUTO_TEST_CASE(are_named_where_they_make_no_json_or_no_object) {
  const http_server api(one_book);
  for (const std::string made : {"{", "[1]"}) {
    custom::components own;
    own.transformations["library.Wrap"] = [&](const custom::declaration&) -> custom::transformation {
      return [made](std::string_view, const custom::call&) { return made; };
    };
    const std::string yaml =
        books("", "", "    transformations: [{type: CustomTransformation, class_name: library.Wrap}]\n");
    BOOST_TEST(has(refusal(errc::bad_data, [&] { read_books(yaml, api, own); }), "books.transformations[0], line "));
  }
}

BOOST_AUTO_TEST_CASE(decode_bodies) {
  const http_server api([](const received_request&) { return reply{.body = "1|2"}; });
  custom::components own;
  own.decoders["library.Bars"] = [](const custom::declaration&) -> custom::decoder {
    return [](std::string_view body, const custom::json_sink& each) {
      each(R"({"books":[{"id":)" + std::string(body.substr(0, 1)) + "}]}");
      each(R"({"books":[{"id":)" + std::string(body.substr(2, 1)) + "}]}");
    };
  };
  BOOST_TEST(read_books(books("", "      decoder: {type: CustomDecoder, class_name: library.Bars}\n"), api, own) ==
             "{\"id\":1}\n{\"id\":2}\n");
}

namespace {

/// Asks for the page behind the last record, until one is short.
class behind_last final : public custom::pagination_strategy {
 public:
  std::optional<std::string> next_token(const custom::page& p, const std::optional<std::string>& asked) const override {
    BOOST_TEST(p.extracted == p.selected);
    BOOST_TEST((p.from.status == 200 && has(std::string(p.from.body), "books")));
    if (p.extracted < 2) {
      return std::nullopt;
    }
    BOOST_TEST(asked.value_or("none") == (p.last_record == R"({"id":2})" ? "none" : R"({"after":{"id":2}})"));
    return R"({"after":)" + std::string(p.last_record) + "}";
  }
  std::optional<std::int64_t> page_size() const override { return 2; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(find_the_next_page_by_a_token_of_any_kind) {
  const http_server api([](const received_request& r) {
    BOOST_TEST(r.parameter("limit") == "2");
    const std::string after = r.parameter("after");
    return reply{.body = after.empty()  ? R"({"books":[{"id":1},{"id":2}]})"
                         : after == "2" ? R"({"books":[{"id":3},{"id":4}]})"
                                        : R"({"books":[{"id":5}]})"};
  });
  custom::components own;
  own.pagination_strategies["library.Behind"] = [](const custom::declaration&) {
    return std::make_shared<behind_last>();
  };
  const std::string yaml = books(
      "        request_parameters: {after: \"{{ next_page_token['next_page_token']['after']['id'] if next_page_token "
      "}}\"}\n",
      R"(
      paginator:
        type: DefaultPaginator
        page_size_option: {type: RequestOption, inject_into: request_parameter, field_name: limit}
        pagination_strategy: {type: CustomPaginationStrategy, class_name: library.Behind}
)");
  BOOST_TEST(read_books(yaml, api, own) == "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n{\"id\":4}\n{\"id\":5}\n");
}

namespace {

/// The parents' records that are not "x", and one of its own.
class some_shelves final : public custom::partition_router {
 public:
  explicit some_shelves(std::unique_ptr<custom::partition_router> all) : all_(std::move(all)) {}

  void begin() override {
    all_->begin();
    own_given_ = false;
  }
  std::optional<custom::partition> next(const std::stop_token& stop) override {
    while (auto p = all_->next(stop)) {
      if (!has(p->values, "\"x\"")) {
        return p;
      }
    }
    return std::exchange(own_given_, true) ? std::nullopt
                                           : std::optional(custom::partition{R"({"shelf":"own"})", R"({"of":"me"})"});
  }

 private:
  std::unique_ptr<custom::partition_router> all_;
  bool own_given_ = false;
};

}  // namespace

BOOST_AUTO_TEST_CASE(find_partitions_among_those_of_parents) {
  const http_server api([](const received_request& r) {
    return r.path == "/shelves" ? reply{.body = R"([{"name":"a"},{"name":"x"}])"}
                                : reply{.body = R"({"books":[{"id":")" + r.parameter("shelf") + R"("}]})"};
  });
  custom::components own;
  own.partition_routers["library.Shelves"] = [](const custom::declaration& d) {
    return std::make_unique<some_shelves>(d.make_substreams());
  };
  const std::string yaml = books("", R"(
      partition_router:
        type: CustomPartitionRouter
        class_name: library.Shelves
        parent_stream_configs:
          - type: ParentStreamConfig
            parent_key: name
            partition_field: shelf
            request_option: {type: RequestOption, inject_into: request_parameter, field_name: shelf}
            stream:
              type: DeclarativeStream
              name: shelves
              retriever:
                type: SimpleRetriever
                record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
                requester: {type: HttpRequester, url_base: "{{ config['base_url'] }}", path: /shelves}
)");
  BOOST_TEST(read_books(yaml, api, own) == "{\"id\":\"a\"}\n{\"id\":\"own\"}\n");
  const auto m = rest_manifest::parse(yaml, "library.yaml");
  BOOST_TEST((m.streams(own)[0].parents == std::vector<std::string>{"shelves"}));
}

BOOST_AUTO_TEST_SUITE_END()
