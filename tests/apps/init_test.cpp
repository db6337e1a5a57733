// ingest init against APIs of several habits: what it writes is run, and the table has the API's records and no others.
#include <boost/test/unit_test.hpp>
#include <functional>

#include "support/http_server.hpp"
#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

constexpr int all_records = 75;

std::string two(int n) {
  return (n < 10 ? "0" : "") + std::to_string(n);
}

/// Changed in an order of its own.
std::string changed_at(int i) {
  return "2026-0" + std::to_string(1 + i * 7 % 9) + "-" + two(1 + i * 5 % 28) + "T00:00:00Z";
}

std::string record(int i) {
  return "{\"id\":" + std::to_string(i) + ",\"updated_at\":\"" + changed_at(i) + "\",\"amount\":" + std::to_string(i) +
         ".50}";
}

std::string records(int from, int to) {
  std::string all;
  for (int i = std::max(from, 0); i < std::min(to, all_records); ++i) {
    all += (all.empty() ? "" : ",") + record(i);
  }
  return "[" + all + "]";
}

int number_in(const received_request& r, const std::string& name, int otherwise) {
  const std::string text = r.parameter(name);
  return text.empty() ? otherwise : std::stoi(text);
}

std::string word(bool truth) {
  return truth ? "true" : "false";
}

reply numbered(const received_request& r) {
  const int page = number_in(r, "page", 1);
  const int size = number_in(r, "per_page", 20);
  return {.body = "{\"orders\":" + records((page - 1) * size, page * size) +
                  ",\"has_more\":" + word(page * size < all_records) + "}"};
}

reply by_offset(const received_request& r) {
  const int from = number_in(r, "offset", 0);
  const int size = std::min(number_in(r, "limit", 20), 30);  // whatever is asked for
  return {.body = "{\"data\":" + records(from, from + size) + ",\"pagination\":{\"offset\":" + std::to_string(from) +
                  ",\"limit\":" + std::to_string(size) + ",\"total\":" + std::to_string(all_records) + "}}"};
}

reply by_token(const received_request& r) {
  const int from = number_in(r, "cursor", 0);
  const std::string next = from + 20 < all_records ? "\"" + std::to_string(from + 20) + "\"" : "null";
  return {.body = "{\"items\":" + records(from, from + 20) + ",\"meta\":{\"next_cursor\":" + next + "}}"};
}

reply by_link(const received_request& r, const std::string& url) {
  const int page = number_in(r, "page", 1);
  const int size = number_in(r, "per_page", 20);
  reply made{.body = records((page - 1) * size, page * size)};
  if (page * size < all_records) {
    made.headers = {{"Link", "<" + url + "/linked?page=" + std::to_string(page + 1) +
                                 "&per_page=" + std::to_string(size) + ">; rel=\"next\""}};
  }
  return made;
}

reply by_url(const received_request& r, const std::string& url) {
  const int from = number_in(r, "from_row", 0);
  const std::string next =
      from + 20 < all_records ? "\"" + url + "/chained?from_row=" + std::to_string(from + 20) + "\"" : "null";
  return {.body = "{\"data\":" + records(from, from + 20) + ",\"links\":{\"next\":" + next + "}}"};
}

/// Eleven, in one answer; `since` is heeded.
reply plain(const received_request& r) {
  std::string all;
  for (int i = 0; i < 11; ++i) {
    if (changed_at(i) >= r.parameter("updated_since")) {
      all += (all.empty() ? "" : ",") + record(i);
    }
  }
  return {.body = "[" + all + "]"};
}

/// The pages 0 and 1 are others than the first one is where none is named.
reply moody(const received_request& r) {
  const std::string page = r.parameter("page");
  return page == "0"   ? reply{.body = "{\"orders\":" + records(60, 75) + ",\"has_more\":true}"}
         : page == "1" ? reply{.body = "{\"orders\":" + records(5, 25) + ",\"has_more\":true}"}
                       : numbered(r);
}

struct init_run : ingest_run {
  init_run() : ingest_run(1) {
    environment.erase("API_BASE_URL");
    environment.erase("TARGET_API_KEY");
    environment["SHOP_TOKEN"] = "the-shops-token";
  }

  reply answer(const received_request& r) const {
    return r.path == "/v1/numbered" ? numbered(r)
           : r.path == "/counted"   ? by_offset(r)
           : r.path == "/tokens"    ? by_token(r)
           : r.path == "/linked"    ? by_link(r, server.url())
           : r.path == "/chained"   ? by_url(r, server.url())
           : r.path == "/plain"     ? plain(r)
           : r.path == "/full"      ? reply{.body = records(0, 50)}
           : r.path == "/moody"     ? moody(r)
           : r.path == "/page"      ? reply{.body = "<html></html>", .content_type = "text/html"}
           : r.header("x-shop-key") == "the-shops-token" || r.parameter("key") == "the-shops-token"
               ? reply{.body = records(0, 7)}
               : reply{.status = 401, .body = R"({"message":"no key"})"};
  }

  std::string file() const { return (directory / "made.yaml").string(); }

  finished_process init(const std::string& path, std::vector<std::string> flags = {}) const {
    flags.insert(flags.begin(), server.url(path));
    flags.insert(flags.end(), {"--into", file()});
    return run("init", flags);
  }

  /// What was written says so, and has the table filled with so many records.
  void check(const std::string& path, const std::string& stream, const std::string& part, int count = all_records,
             std::vector<std::string> flags = {}) {
    const auto p = init(path, std::move(flags));
    const std::string text = text_of(file());
    BOOST_TEST(p.exit_code == 0, p.err + text);
    BOOST_TEST(has(text, part), text);
    BOOST_TEST(server.requests().size() <= 12);
    const auto looked = run("validate", {file(), "--offline"});
    BOOST_TEST(looked.exit_code == 0, looked.out);
    const auto loaded = run("run", {file()});
    BOOST_TEST(loaded.exit_code == 0, loaded.err + text);
    BOOST_TEST(number("SELECT count(*) FROM " + stream) == static_cast<std::uint64_t>(count), text);
    BOOST_TEST(number("SELECT count(*) FROM " + stream + " WHERE amount = id::numeric + 0.5") ==
               static_cast<std::uint64_t>(count));
    BOOST_TEST(number("SELECT coalesce(max(id::integer), 0) FROM " + stream) == static_cast<std::uint64_t>(count - 1));
    BOOST_TEST(!has(text + p.out + p.err, "the-shops-token"));
  }

  static bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

  http_server server{[this](const received_request& r) { return answer(r); }};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(what_init_writes, init_run)

BOOST_AUTO_TEST_CASE(reads_numbered_pages_of_which_an_answer_says_only_that_more_come) {
  check("/v1/numbered", "numbered", "paginate: {page: {param: page, start: 1, size: 100, size_param: per_page}}");
}

BOOST_AUTO_TEST_CASE(reads_by_offset_what_gives_less_than_it_is_asked_for) {
  check("/counted", "counted", "paginate: {offset: {param: offset, size: 100, size_param: limit}}");
}

BOOST_AUTO_TEST_CASE(reads_by_the_token_of_each_answer) {
  check("/tokens", "tokens", "paginate: {cursor: {param: cursor, from: meta.next_cursor}}");
}

BOOST_AUTO_TEST_CASE(reads_along_link_headers) {
  check("/linked", "linked", "paginate: link_header");
}

BOOST_AUTO_TEST_CASE(reads_along_next_urls) {
  check("/chained", "chained", "paginate: {next_url: links.next}");
}

BOOST_AUTO_TEST_CASE(reads_what_comes_in_one_answer_and_later_what_is_new_of_it) {
  check("/plain", "plain", "incremental: {field: updated_at, param: updated_since}", 11);
  const auto again = run("run", {file()});
  BOOST_TEST(again.exit_code == 0, again.err);
  BOOST_TEST(server.requests().back().parameter("updated_since").starts_with("2026-"));
  BOOST_TEST(number("SELECT count(*) FROM plain") == 11);
}

BOOST_AUTO_TEST_CASE(has_the_names_of_secrets_only) {
  check("/guarded", "guarded", "auth: {api_key: {header: X-Shop-Key, value: \"${SHOP_TOKEN}\"}}", 7,
        {"--header", "X-Shop-Key: ${SHOP_TOKEN}"});
}

BOOST_AUTO_TEST_CASE(has_the_names_of_secrets_in_the_address_only) {
  check("/guarded?sort=id&key=${SHOP_TOKEN}", "guarded",
        "auth: {api_key: {query: key, value: \"${SHOP_TOKEN}\"}}\nstreams:\n  guarded:\n    path: \"/guarded\"\n    "
        "params: {sort: "
        "\"id\"}\n",
        7);
}

BOOST_AUTO_TEST_CASE(goes_to_standard_output_where_no_file_is_named) {
  const auto p = run("init", {server.url("/tokens")});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.out, "# Written by `ingest init`"), p.out);
  BOOST_TEST(has(p.err, "stream tokens, 40 records read by it as they were seen"), p.err);
}

BOOST_AUTO_TEST_CASE(says_that_it_is_not_to_be_run_where_nothing_tells_whether_more_comes) {
  const auto p = init("/full");
  BOOST_TEST(p.exit_code == 78, p.err);
  BOOST_TEST(has(p.err, "50 records, as if it were cut off there"), p.err);
  BOOST_TEST(has(text_of(file()), "# NOT TO BE RUN AS IT IS: full"), text_of(file()));
  BOOST_TEST(run("run", {file()}).exit_code == 78);
}

BOOST_AUTO_TEST_CASE(says_that_it_reads_something_else_than_was_seen) {
  const auto p = init("/moody");
  BOOST_TEST(p.exit_code == 65, p.err);
  BOOST_TEST(has(p.err, "is not what was seen"), p.err);
}

BOOST_AUTO_TEST_CASE(is_nothing_where_the_api_refuses_or_has_no_records) {
  const auto refused = [&](const std::string& path, int exit_code, const std::string& part,
                           std::vector<std::string> flags = {}) {
    const auto p = init(path, std::move(flags));
    BOOST_TEST(p.exit_code == exit_code, p.err);
    BOOST_TEST(has(p.err, part), p.err);
    BOOST_TEST(!std::filesystem::exists(file()));
  };
  refused("/guarded", 78, "--header 'Authorization: Bearer ${TOKEN}'");
  refused("/page", 65, "a page for people");
  refused("/plain", 64, "holds a secret", {"--header", "X-Shop-Key: the-shops-token"});
  refused("/guarded", 78, "the environment has no NOBODY", {"--header", "X-Shop-Key: ${NOBODY}"});
  const auto nobody = run("init", {"http://127.0.0.1:9/x", "--into", file()});
  BOOST_TEST(nobody.exit_code == 69, nobody.err);
  put_text(file(), "mine");
  const auto there = init("/plain");
  BOOST_TEST(there.exit_code == 78, there.err);
  BOOST_TEST(text_of(file()) == "mine");
  BOOST_TEST(run("init").exit_code == 64);
}

BOOST_AUTO_TEST_CASE(is_of_a_manifest_a_draft_of_its_settings_with_which_it_runs_once_they_are_filled_in) {
  const std::string manifest = (directory / "shop.yaml").string();
  put_text(manifest, R"(type: DeclarativeSource
check: {type: CheckStream, stream_names: [guarded]}
streams:
  - type: DeclarativeStream
    name: guarded
    primary_key: [id]
    retriever:
      type: SimpleRetriever
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
      requester:
        type: HttpRequester
        url_base: "{{ config['url'] }}"
        path: guarded
        authenticator:
          type: ApiKeyAuthenticator
          api_token: "{{ config['shop_token'] }}"
          inject_into: {type: RequestOption, inject_into: header, field_name: X-Shop-Key}
spec:
  type: Spec
  connection_specification:
    type: object
    required: [url, shop_token]
    properties:
      url: {type: string}
      shop_token: {type: string, airbyte_secret: true}
      pages: {type: integer, default: 5}
)");
  const auto drafted = run("init", {"--from-manifest", manifest, "--into", file()});
  BOOST_TEST(drafted.exit_code == 0, drafted.err);
  const std::string draft = text_of(file());
  BOOST_TEST(server.requests().empty());
  BOOST_TEST(run("init", {"--from-manifest", manifest}).out.ends_with(draft.substr(draft.find("\n\n"))));

  const auto open = run("read", {manifest, "--connector-config", file(), "--stream", "guarded"});
  BOOST_TEST(open.exit_code == 78, open.err);
  BOOST_TEST(has(open.err, "url, line"), open.err);
  put_text(file(), draft.substr(0, draft.find("\nurl:")) + "\nurl: " + server.url("/") +
                       draft.substr(draft.find("\nurl:") + 5));
  const auto read = run("read", {manifest, "--connector-config", file(), "--stream", "guarded"});
  BOOST_TEST(read.exit_code == 0, read.err + text_of(file()));
  BOOST_TEST(std::count(read.out.begin(), read.out.end(), '\n') == 7, read.out);

  BOOST_TEST(run("init", {"--from-manifest", manifest, "--into", file()}).exit_code == 78);
  BOOST_TEST(run("init", {server.url("/plain"), "--from-manifest", manifest}).exit_code == 64);
}

BOOST_AUTO_TEST_SUITE_END()
