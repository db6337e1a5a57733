// What a short spelling becomes, and what is refused of it.
#include <boost/test/unit_test.hpp>
#include <string>

#include "ingest/error.hpp"
#include "libingest/rest/refusals.hpp"
#include "rest/connectors/connector.hpp"
#include "rest/document/manifest_report.hpp"
#include "rest/document/settings/connection_settings.hpp"

using namespace ingest;
using namespace ingest::rest;
using ingest::testing::has;
using ingest::testing::refusal_of;

namespace {

manifest prepared(const std::string& yaml) {
  return prepared_manifest(parse_document(yaml, "short.yaml"));
}

/// `streams` behind a beginning of two lines.
manifest with_streams(const std::string& streams) {
  return prepared("version: 1\napi: https://api.example/v2\nstreams:\n" + streams);
}

/// The part of the first stream, or of a later one, at a path divided by dots.
const node& part(const manifest& m, const std::string& path, std::size_t stream = 0) {
  const node* at = &m.root.find("streams")->items()[stream];
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t dot = std::min(path.find('.', begin), path.size());
    const std::string step = path.substr(begin, dot - begin);
    at = at->is_list() ? &at->items().at(std::stoul(step)) : at->find(step);
    BOOST_REQUIRE_MESSAGE(at != nullptr, path + ": no " + step);
    begin = dot + 1;
  }
  return *at;
}

/// All that the table of components says about it, and what making its components says.
std::string complaints_of(const manifest& m) {
  std::string all;
  const manifest_report report = report_of(m);
  for (const auto& s : report.verdict.streams) {
    for (const finding& f : s.findings) {
      all += to_text(f) + "\n";
    }
  }
  for (const finding& f : report.verdict.findings) {
    all += to_text(f) + "\n";
  }
  dictionary config;
  for (const node::member& setting : m.settings.members()) {
    config.set(setting.name, value::text_of("2026-01-02"));
  }
  const connector c(m, value::dict_of(std::move(config)), {});
  for (const declared_stream& s : c.streams()) {
    c.open(s);
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_short_spelling)

BOOST_AUTO_TEST_CASE(becomes_components_that_the_table_of_components_has_nothing_to_say_of) {
  for (const char* const name : {"tracker", "contacts", "weather", "search", "library"}) {
    const manifest m =
        prepared_manifest(read_document(std::string(INGEST_SOURCE_DIR "/examples/connectors/") + name + ".yaml"));
    if (std::string(name) != "contacts") {  // which asks its server for a token when it is opened
      BOOST_TEST(complaints_of(m) == "", name);
    }
    BOOST_TEST(report_of(m).verdict.runs(), name);
  }
}

BOOST_AUTO_TEST_CASE(takes_credentials_from_settings_that_are_secret_and_not_in_the_manifest) {
  const manifest m = prepared(
      "api: ${API:-https://x.example}\nauth: {bearer: '${TOKEN}'}\nstreams: {a: , b: {headers: {X: 'v$${1}'}}}\n");
  BOOST_TEST(part(m, "retriever.requester.authenticator.api_token").text() == "{{ config['TOKEN'] }}");
  BOOST_TEST(part(m, "retriever.requester.url_base").text() == "{{ config['API'] }}");
  BOOST_TEST(part(m, "retriever.requester.request_headers.X", 1).text() == "v${1}");
  BOOST_TEST(m.settings.to_json() == R"({"API":"${API:-https://x.example}","TOKEN":"${TOKEN}"})");
  const connection_settings s = checked_settings(m, parse_document("{API: https://y, TOKEN: very-secret}", "c").root);
  BOOST_REQUIRE(s.usable());
  BOOST_TEST(s.secrets == std::vector<std::string>{"very-secret"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(has_a_stream_of_a_name_alone) {
  const manifest m = with_streams("  users:\n  posts: /articles\n");
  BOOST_TEST(part(m, "retriever.requester.path").text() == "/users");
  BOOST_TEST(part(m, "retriever.requester.path", 1).text() == "/articles");
  BOOST_TEST(part(m, "retriever.paginator.pagination_strategy.type").text() == "FoundPagination");
  BOOST_TEST(part(m, "retriever.record_selector.extractor.type").text() == "FoundRecords");
  BOOST_TEST(complaints_of(m) == "");
}

BOOST_AUTO_TEST_CASE(gives_streams_what_is_said_for_all_of_them_and_counts_more_what_they_say_themselves) {
  const manifest m = prepared(
      "api: https://x\ndefaults: {paginate: none, params: {a: 1, b: true}, key: id}\n"
      "streams: {s: {params: {a: 2, c: [x, y]}, key: none}, t: }\n");
  BOOST_TEST(part(m, "retriever.requester.request_parameters").to_json() == R"({"a":"2","b":"true","c":["x","y"]})");
  BOOST_TEST((m.root.find("streams")->items()[0].find("primary_key") == nullptr));
  BOOST_TEST(part(m, "primary_key", 1).to_json() == R"(["id"])");
  BOOST_TEST(part(m, "retriever.paginator.type", 1).text() == "NoPagination");
}

BOOST_AUTO_TEST_CASE(makes_children_of_streams_whose_fields_are_in_braces) {
  const manifest m = with_streams(
      "  repos: {key: id}\n"
      "  issues: {path: '/repos/{+repos.full.name}/issues'}\n"
      "  comments: {path: '/repos/{repos.full.name}/issues/{issues.number}/comments',\n"
      "             params: {of: '{issues.id}'}, json: {q: 'a {b} {c.d}', n: '5', m: 5}, add: {issue: "
      "'{issues.number}'}}\n");
  BOOST_TEST(part(m, "retriever.requester.path", 1).text() ==
             "/repos/{{ stream_partition['repos_full_name'] | urlencode }}/issues");
  BOOST_TEST(part(m, "retriever.partition_router.parent_stream_configs.0.parent_key", 1).text() == "full/name");
  BOOST_TEST(
      part(m, "retriever.requester.path", 2).text() ==
      "/repos/{{ stream_partition['parent_slice']['repos_full_name'] | urlencode | replace('/', '%2F') }}/issues/"
      "{{ stream_partition['issues_number'] | urlencode | replace('/', '%2F') }}/comments");
  BOOST_TEST(part(m, "retriever.requester.request_parameters.of", 2).text() == "{{ stream_slice.extra_fields['id'] }}");
  BOOST_TEST(part(m, "retriever.requester.request_body_json", 2).to_json() ==
             R"({"q":"'a {b} {c.d}'","n":"'5'","m":5})");
  BOOST_TEST(complaints_of(m) == "");
}

BOOST_AUTO_TEST_CASE(refuses_parents_that_are_none) {
  const auto refused = [](const std::string& streams) { return refusal_of([&] { with_streams(streams); }); };
  BOOST_TEST(has(refused("  a: /x\n  b: /y\n  a: /z\n"), "line 6: \"a\" stands here twice, at line 4 as well"));
  BOOST_TEST(has(refused("  a: /x/{b.id}\n  b: /y/{a.id}\n"), "stream \"a\" is a child of itself"));
  BOOST_TEST(has(refused("  a: /x/{c.id}\n"), "line 4: `path` of stream \"a\" has braces that refer to nothing"));
  BOOST_TEST(has(refused("  a:\n  b:\n  c: /x/{a.id}/{b.id}\n"), "\"b\" is none of them"));
  BOOST_TEST(has(refused("  a:\n  b: /{a.id}\n  c: /{a.name}/{b.id}\n"), "of \"a\" only `id` is known here"));
}

BOOST_AUTO_TEST_CASE(names_all_that_is_wrong_with_its_line_and_what_was_meant) {
  const std::string problems = refusal_of([] {
    prepared(
        "version: 2\n"
        "api: https://x\n"
        "auth: {beerer: x}\n"
        "streams:\n"
        "  a:\n"
        "    paginat: none\n"
        "    paginate: {page: {sise: 5}}\n"
        "    incremental: {field: at, param: since, step: 5 days}\n"
        "    errors: {ignore: [nothing]}\n"
        "    write: upsert\n"
        "rat: 5/s\n");
  });
  for (const char* const part :
       {"short.yaml: line 11: the file has no `rat`; did you mean `rate`?", "line 1: `version` must be 1",
        "line 3: `auth` has no `beerer`; did you mean `bearer`?",
        "line 6: stream \"a\" has no `paginat`; did you mean `paginate`?"}) {
    BOOST_TEST(has(problems, part), problems);
  }
  const std::string more = refusal_of([] {
    prepared(
        "api: https://x\nrate: fast\nstreams:\n  a:\n    paginate: {page: {sise: 5}}\n"
        "    incremental: {field: at, param: since, step: 5 days}\n    errors: {ignore: [nothing]}\n    write: "
        "upsert\n  b: {write: append}\n");
  });
  for (const char* const part :
       {"line 5: `paginate: page` has no `sise`; did you mean `size`?",
        "line 6: `step` of `incremental` must be a duration", "line 7: `ignore` of `errors` must be statuses",
        "line 8: `write` must be", "line 9: `write: append` needs `incremental`", "line 2: `rate` must be"}) {
    BOOST_TEST(has(more, part), more);
  }
}

BOOST_AUTO_TEST_CASE(lets_windows_meet_so_that_nothing_is_between_them) {
  const manifest m = with_streams(
      "  a: {key: id, incremental: {field: at, param: since, until_param: until, step: 1mo, start: 2026-01-01,\n"
      "                              lookback: 2d}}\n"
      "  b: {incremental: {field: at, unit: ms, param: since, start: 5}}\n"
      "  c: {incremental: {field: at}}\n");
  BOOST_TEST(part(m, "incremental_sync.step").text() == "P1M");
  BOOST_TEST(part(m, "incremental_sync.lookback_window").text() == "P2D");
  BOOST_TEST(part(m, "incremental_sync.lookback_window", 1).text() == "PT1S");
  BOOST_TEST(part(m, "incremental_sync.start_datetime").text() ==
             "{{ format_datetime('2026-01-01', '%Y-%m-%dT%H:%M:%SZ') }}");
  BOOST_TEST(part(m, "incremental_sync.datetime_format", 1).text() == "%ms");
  BOOST_TEST(part(m, "incremental_sync.is_client_side_incremental", 2).truth());
  BOOST_TEST(complaints_of(m) == "");
  BOOST_TEST(has(refusal_of([] { with_streams("  a: {incremental: {field: at, param: s, step: 1d}}\n"); }),
                 "`step` needs `until_param`"));
}

BOOST_AUTO_TEST_CASE(spells_all_ways_to_log_in) {
  for (const char* const auth :
       {"none", "{none: }", "{bearer: x}", "{basic: {username: a, password: b}}",
        "{api_key: {header: X-Key, value: v}}", "{api_key: {query: key, value: v}}",
        "{oauth2: {token_url: 'https://x/t', client_id: a, client_secret: b}}",
        "{oauth2: {token_url: 'https://x/t', client_id: a, client_secret: b, refresh_token: c, scopes: [r, w], "
        "params: {audience: z}}}"}) {
    BOOST_TEST(complaints_of(prepared("api: https://x\nauth: " + std::string(auth) + "\nstreams: {a: }\n")) == "",
               auth);
  }
  const manifest rotating = prepared(
      "api: https://x\nauth: {oauth2: {token_url: 'https://x/t', client_id: a, client_secret: b, refresh_token: "
      "'${R}', rotates: true}}\nstreams: {a: }\n");
  BOOST_TEST(
      part(rotating, "retriever.requester.authenticator.refresh_token_updater.refresh_token_config_path").to_json() ==
      R"(["R"])");
  BOOST_TEST(has(refusal_of([] { prepared("api: https://x\nauth: {api_key: {value: v}}\nstreams: {a: }\n"); }),
                 "`api_key` says where the key goes"));
}

BOOST_AUTO_TEST_CASE(does_not_crash_for_anything_that_is_of_the_wrong_kind) {
  const std::string odd[] = {"5", "[1, [2]]", "{a: {b: [c]}}", "''", "true", "null", "'${'", "'{{'", "[{}]"};
  for (const char* const key :
       {"path", "method", "params", "headers", "json", "form", "records", "key", "paginate", "incremental", "errors",
        "schema", "write", "add", "remove", "filter", "flatten", "names"}) {
    for (const std::string& content : odd) {
      try {
        report_of(prepared("api: https://x\nstreams: {a: {" + std::string(key) + ": " + content + "}}\n"));
      } catch (const error& e) {
        BOOST_TEST((e.code() == errc::config), key + (": " + content) + e.what());
      }
    }
  }
  for (const char* const kind : {"page", "offset", "cursor", "next_url", "link_header", "none", "auto"}) {
    for (const std::string& content : odd) {
      try {
        report_of(with_streams("  a: {paginate: {" + std::string(kind) + ": " + content + "}}\n"));
      } catch (const error& e) {
        BOOST_TEST((e.code() == errc::config), kind + (": " + content) + e.what());
      }
    }
  }
  for (const std::string& content : odd) {
    for (const char* const key : {"version", "api", "auth", "rate", "defaults", "streams"}) {
      try {
        prepared("api: x\n" + std::string(key == std::string("api") ? "" : key + (": " + content) + "\n") +
                 (key == std::string("streams") ? "" : "streams: {a: }\n"));
      } catch (const error& e) {
        BOOST_TEST((e.code() == errc::config), key + (": " + content) + e.what());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(leaves_manifests_alone) {
  BOOST_TEST(has(refusal_of([] { prepared("type: DeclarativeSource\napi: x\n"); }), "it has no list of streams"));
  BOOST_TEST(has(refusal_of([] { prepared("a: x\n"); }), "no manifest"));
}

BOOST_AUTO_TEST_SUITE_END()
