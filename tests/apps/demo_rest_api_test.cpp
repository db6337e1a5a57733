#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <vector>

#include "support/demo_api.hpp"
#include "support/http_exchange.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

const std::string fields = "{id: {kind: id}, at: {kind: time, step_s: 3600}, name: text}";

/// A resource "things" of so many records, with further settings.
std::string things(int records, const std::string& settings) {
  return "resources:\n  things:\n    records: " + std::to_string(records) + "\n    fields: " + fields + "\n" + settings;
}

std::string between(const std::string& text, const std::string& before, const std::string& behind) {
  const auto first = text.find(before);
  if (first == std::string::npos) {
    return "";
  }
  const auto start = first + before.size();
  return text.substr(start, text.find(behind, start) - start);
}

/// The records of a body, one a line: the members of its array, or its lines.
std::string lines_of(const std::string& body) {
  const std::string records = body.find('[') == std::string::npos ? body : between(body, "[", "]");
  std::string lines;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {  // the values that are served have no braces in texts
    if (records[i] == '{' && depth++ == 0) {
      start = i;
    } else if (records[i] == '}' && --depth == 0) {
      lines += records.substr(start, i + 1 - start) + "\n";
    }
  }
  return lines;
}

/// Reads page after page: `next` makes of an answer the URL of the one behind it, empty for none.
std::string read_all(const std::string& url, const std::function<std::string(const http_answer&)>& next) {
  http_client client;
  std::string lines;
  for (std::string at = url; !at.empty();) {
    const auto answer = client.get(at);
    BOOST_REQUIRE_MESSAGE(answer.status == 200, at << " " << answer.body << answer.failure);
    lines += lines_of(answer.body);
    at = next(answer);
  }
  return lines;
}

long status_with(const std::string& url, const std::string& header = "") {
  http_client client;
  if (!header.empty()) {
    client.headers.push_back(header);
  }
  return client.get(url).status;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pages_of_a_described_api)

BOOST_AUTO_TEST_CASE(by_numbers_are_together_exactly_the_truth) {
  const described_api api(things(95, "    pagination: {kind: page, size: 10, total: total}\n"));
  int page = 1;
  const std::string all = read_all(api.url("/things"), [&](const http_answer& answer) {
    BOOST_TEST(answer.body.find("\"total\":95") != std::string::npos);
    return page < 10 ? api.url("/things?page=" + std::to_string(++page)) : "";
  });
  BOOST_TEST(all == api.truth("things"));
  BOOST_TEST(api.counter("things.records") == 95u);
  BOOST_TEST(lines_of(http_client().get(api.url("/things?page=11")).body).empty());
  BOOST_TEST(status_with(api.url("/things?page=0")) == 400);
}

BOOST_AUTO_TEST_CASE(by_offsets_are_together_exactly_the_truth) {
  const described_api api(things(25, "    pagination: {kind: offset, size: 10, more: has_more}\n"));
  int offset = 0;
  const std::string all = read_all(api.url("/things?limit=7"), [&](const http_answer& answer) {
    return answer.body.find("\"has_more\":true") != std::string::npos
               ? api.url("/things?limit=7&offset=" + std::to_string(offset += 7))
               : "";
  });
  BOOST_TEST(all == api.truth("things"));
}

BOOST_AUTO_TEST_CASE(by_cursors_are_together_exactly_the_truth) {
  const described_api api(things(25,
                                 "    pagination: {kind: cursor, size: 10, member: paging.next, total: paging.total}\n"
                                 "    format: {kind: json, records: data.list}\n"));
  const std::string all = read_all(api.url("/things"), [&](const http_answer& answer) {
    BOOST_TEST(answer.body.find(R"("paging":{"total":25,"next":)") != std::string::npos, answer.body);
    const std::string token = between(answer.body, "\"next\":\"", "\"");
    return token.empty() ? "" : api.url("/things?cursor=" + url_escape(token));
  });
  BOOST_TEST(all == api.truth("things"));
  BOOST_TEST(status_with(api.url("/things?cursor=what")) == 400);
}

BOOST_AUTO_TEST_CASE(by_next_urls_are_together_exactly_the_truth) {
  for (const bool relative : {false, true}) {
    const described_api api(things(25, std::string("    pagination: {kind: next_url, size: 10, relative: ") +
                                           (relative ? "true" : "false") + "}\n"));
    const std::string all = read_all(api.url("/things?limit=4&x=%20y"), [&](const http_answer& answer) {
      const std::string next = between(answer.body, "\"next\":\"", "\"");
      BOOST_TEST((next.empty() || next.find("limit=4&x=%20y&after=") != std::string::npos), next);
      return next.empty() ? "" : relative ? api.url(next) : next;
    });
    BOOST_TEST(all == api.truth("things"));
  }
}

BOOST_AUTO_TEST_CASE(by_link_headers_are_together_exactly_the_truth) {
  const described_api api(
      things(25, "    pagination: {kind: link_header, size: 10, total_header: true}\n    format: array\n"));
  const std::string all = read_all(api.url("/things"), [&](const http_answer& answer) {
    BOOST_TEST(answer.headers.at("x-total-count") == "25");
    return answer.headers.contains("link") ? between(answer.headers.at("link"), "<", ">; rel=\"next\"") : "";
  });
  BOOST_TEST(all == api.truth("things"));
}

BOOST_AUTO_TEST_CASE(are_one_where_there_is_no_pagination_and_in_each_format) {
  for (const std::string format : {"json", "array", "lines", "csv"}) {
    const described_api api(things(3, "    pagination: none\n    format: " + format + "\n"));
    http_client client;
    const std::string body = client.get(api.url("/things")).body;
    if (format == "csv") {
      BOOST_TEST(body.starts_with("id,at,name\r\n1,2026-01-01T00:00:00Z,"), body);
      BOOST_TEST(std::count(body.begin(), body.end(), '\n') == 4);
    } else {
      BOOST_TEST(lines_of(body) == api.truth("things"), body);
    }
    BOOST_TEST((body.front() == (format == "array" ? '[' : format == "csv" ? 'i' : '{')));
  }
}

BOOST_AUTO_TEST_CASE(of_windows_hold_what_their_bounds_include) {
  const auto count = [](const std::string& filter, const std::string& query) {
    const described_api api(things(100, "    pagination: none\n    filter: " + filter + "\n"));
    http_client client;
    const std::string lines = lines_of(client.get(api.url("/things?" + query)).body);
    return std::count(lines.begin(), lines.end(), '\n');
  };
  const std::string hours = "since=2026-01-01T02:00:00Z&until=2026-01-01T05:00:00Z";
  BOOST_TEST(count("{}", hours) == 3);
  BOOST_TEST(count("{until_inclusive: true}", hours) == 4);
  BOOST_TEST(count("{since_inclusive: false}", hours) == 2);
  BOOST_TEST(count("{format: date, until_inclusive: true}", "since=2026-01-02&until=2026-01-03") == 48);
  BOOST_TEST(count("{format: seconds, since: from}", "from=1767225600") == 100);
  BOOST_TEST(count("{format: blank}", "since=2026-01-04%2000:00:00") == 28);
}

BOOST_AUTO_TEST_CASE(lose_no_record_when_records_change_between_them) {
  const described_api api(
      things(50, "    pagination: {kind: cursor, size: 7}\n    filter: {}\n    changes: {new_percent: 30}\n"));
  std::string all;
  http_client client;
  for (std::string url = api.url("/things"); !url.empty();) {
    const auto answer = client.get(url);
    all += lines_of(answer.body);
    const std::string token = between(answer.body, "\"next_cursor\":\"", "\"");
    url = token.empty() ? "" : api.url("/things?cursor=" + url_escape(token));
    if (all.size() < 4000) {
      api.control("changes?resource=things&count=3");
    }
  }
  const std::string truth = api.truth("things");
  BOOST_TEST(std::count(truth.begin(), truth.end(), '\n') > 50);
  for (std::size_t start = 0; start < truth.size(); start = truth.find('\n', start) + 1) {
    const std::string line = truth.substr(start, truth.find('\n', start) + 1 - start);
    BOOST_TEST(all.find(line) != std::string::npos, line << " is in no page");
  }
}

BOOST_AUTO_TEST_CASE(are_compressed_as_an_encoding_or_as_a_file) {
  const described_api encoded(things(500, "    pagination: none\n"));
  http_client client;
  client.gzip = true;
  const auto answer = client.get(encoded.url("/things"));
  BOOST_TEST(answer.headers.at("content-encoding") == "gzip");
  BOOST_TEST(lines_of(answer.body) == encoded.truth("things"));
  const described_api file(things(5, "    pagination: none\n    gzip: file\n"));
  const auto packed = client.get(file.url("/things"));
  BOOST_TEST(packed.headers.at("content-type") == "application/gzip");
  BOOST_TEST(packed.body.starts_with("\x1f\x8b"));
}

BOOST_AUTO_TEST_CASE(of_children_are_found_by_path_and_by_parameter) {
  const std::string children =
      "  parts: {parent: things, path: '/things/{parent}/parts', records: 3, fewest: 0, fields: {id: id, of: parent}}\n"
      "  notes: {parent: things, parent_parameter: thing, records: 2, fields: {id: id, of: parent}}\n";
  const described_api api(things(20, "") + children);
  std::string parts;
  std::string notes;
  http_client client;
  for (int thing = 1; thing <= 20; ++thing) {
    parts += lines_of(client.get(api.url("/things/" + std::to_string(thing) + "/parts")).body);
    notes += lines_of(client.get(api.url("/notes?thing=" + std::to_string(thing))).body);
  }
  BOOST_TEST(parts == api.truth("parts"));
  BOOST_TEST(notes == api.truth("notes"));
  BOOST_TEST(std::count(notes.begin(), notes.end(), '\n') == 40);
  const auto found = std::count(parts.begin(), parts.end(), '\n');
  BOOST_TEST((found > 10 && found < 50));
  BOOST_TEST(status_with(api.url("/things/21/parts")) == 404);
  BOOST_TEST(status_with(api.url("/notes?thing=0")) == 404);
  BOOST_TEST(status_with(api.url("/notes")) == 400);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(access_to_a_described_api)

BOOST_AUTO_TEST_CASE(needs_the_key_token_or_password_that_it_says) {
  const auto api = [](const std::string& auth) { return "auth: " + auth + "\n" + things(1, ""); };
  const described_api header(api("{kind: api_key, name: X-Key, key: k}"));
  BOOST_TEST(status_with(header.url("/things")) == 401);
  BOOST_TEST(status_with(header.url("/things"), "X-Key: k") == 200);
  const described_api query(api("{kind: api_key, name: key, key: k, in: query}"));
  BOOST_TEST(status_with(query.url("/things?key=l")) == 401);
  BOOST_TEST(status_with(query.url("/things?key=k")) == 200);
  const described_api bearer(api("{kind: bearer, token: t}"));
  BOOST_TEST(status_with(bearer.url("/things"), "Authorization: Bearer u") == 401);
  BOOST_TEST(status_with(bearer.url("/things"), "Authorization: Bearer t") == 200);
  const described_api basic(api("{kind: basic, user: u, password: p}"));
  BOOST_TEST(status_with(basic.url("/things"), "Authorization: Basic dTpx") == 401);
  BOOST_TEST(status_with(basic.url("/things"), "Authorization: Basic dTpw") == 200);
}

BOOST_AUTO_TEST_CASE(by_oauth_expires_and_rotates) {
  const described_api api(
      "auth: {kind: oauth2_refresh, client_id: c, client_secret: s, refresh_token: first, rotate: true, "
      "expires_requests: 2}\n" +
      things(1, ""));
  http_client client;
  const std::string grant = "grant_type=refresh_token&client_id=c&client_secret=s&refresh_token=";
  const auto answer = client.post(api.url("/oauth/token"), grant + "first");
  BOOST_TEST(answer.status == 200);
  const std::string header = "Authorization: Bearer " + between(answer.body, "\"access_token\":\"", "\"");
  BOOST_TEST(status_with(api.url("/things"), header) == 200);
  BOOST_TEST(status_with(api.url("/things"), header) == 200);
  BOOST_TEST(status_with(api.url("/things"), header) == 401);
  BOOST_TEST(client.post(api.url("/oauth/token"), grant + "first").status == 400);
  const std::string next = between(answer.body, "\"refresh_token\":\"", "\"");
  BOOST_TEST(client.post(api.url("/oauth/token"), grant + next).status == 200);
  BOOST_TEST(client.post(api.url("/oauth/token"), "grant_type=refresh_token&client_id=x").status == 401);
  BOOST_TEST(api.counter("tokens") == 2u);
}

BOOST_AUTO_TEST_CASE(by_client_credentials_or_a_session_needs_a_token) {
  const described_api oauth("auth: {kind: oauth2_client_credentials, path: /t, client_id: c, client_secret: s}\n" +
                            things(1, ""));
  http_client client;
  client.headers = {"Authorization: Basic Yzpz"};
  const auto token = client.post(oauth.url("/t"), "grant_type=client_credentials");
  BOOST_TEST(status_with(oauth.url("/things"),
                         "Authorization: Bearer " + between(token.body, "\"access_token\":\"", "\"")) == 200);
  const described_api session("auth: {kind: session, user: u, password: p}\n" + things(1, ""));
  const auto login = http_client().post(session.url("/session"), R"({"user":"u","password":"p"})");
  const std::string header = "X-Session-Token: " + between(login.body, "\"token\":\"", "\"");
  BOOST_TEST(status_with(session.url("/things"), header) == 200);
  session.control("expire_tokens");
  BOOST_TEST(status_with(session.url("/things"), header) == 401);
}

BOOST_AUTO_TEST_CASE(is_limited_and_told_so_in_each_style) {
  const auto second_answer = [](const std::string& style) {
    const described_api api("rate_limit: {requests: 1, window_ms: 600000, headers: " + style + "}\n" + things(1, ""));
    http_client client;
    client.get(api.url("/things"));
    auto answer = client.get(api.url("/things"));
    BOOST_TEST(answer.status == 429);
    return answer.headers;
  };
  BOOST_TEST(second_answer("retry_after_seconds").at("retry-after") == "600");
  BOOST_TEST(second_answer("retry_after_date").at("retry-after").ends_with(" GMT"));
  BOOST_TEST(second_answer("x_ratelimit_seconds").at("x-ratelimit-reset") == "600");
  BOOST_TEST(second_answer("x_ratelimit_epoch").at("x-ratelimit-reset").size() == 10u);
  BOOST_TEST(second_answer("ietf").at("ratelimit") == "\"default\";r=0;t=600");
  BOOST_TEST(second_answer("ietf_fields").at("ratelimit-remaining") == "0");
  BOOST_TEST(!second_answer("none").contains("retry-after"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_described_api)

BOOST_AUTO_TEST_CASE(fails_when_it_is_told_to_and_no_more_when_it_is_told_so) {
  const described_api api(things(30,
                                 "    faults:\n"
                                 "    - {kind: status, status: 503, every: 3}\n"
                                 "    - {kind: cut, after: 3, times: 1}\n"
                                 "    - {kind: garbage, after: 4, times: 1}\n"));
  http_client client;
  const auto get = [&] { return client.get(api.url("/things")); };
  BOOST_TEST(get().status == 200);
  BOOST_TEST(get().status == 200);
  BOOST_TEST(get().status == 503);
  BOOST_TEST(!get().failure.empty());
  BOOST_TEST(lines_of(get().body).find("\"name\"") == std::string::npos);
  BOOST_TEST(api.counter("things.faults") == 3u);
  api.control("faults?on=false");
  BOOST_TEST(get().status == 200);
}

BOOST_AUTO_TEST_CASE(exports_records_as_files_when_they_were_waited_for) {
  const described_api api(things(10, "    export: {path: /jobs, polls: 1, parts: 2, fails: 1}\n    filter: {}\n"));
  http_client client;
  const auto made = [&] { return between(client.post(api.url("/jobs")).body, "\"url\":\"", "\""); };
  const std::string failing = made();
  BOOST_TEST(client.get(failing).body.find("running") != std::string::npos);
  BOOST_TEST(client.get(failing).body.find("failed") != std::string::npos);
  const std::string job = made();
  client.get(job);
  const std::string done = client.get(job).body;
  BOOST_TEST(done.find("complete") != std::string::npos, done);
  BOOST_TEST(client.get(job + "/files/0").body + client.get(job + "/files/1").body == api.truth("things"));
  BOOST_TEST(client.get(job + "/files/2").status == 404);
  BOOST_TEST(client.post(api.url("/jobs?since=never")).status == 400);
}

BOOST_AUTO_TEST_CASE(logs_its_requests_and_sums_up_its_truth) {
  const described_api api(things(3, ""));
  http_client client;
  client.get(api.url("/things?page=2"));
  client.get(api.url("/none"));
  const std::string log = api.requests();
  BOOST_TEST(log.find(R"("method":"GET","target":"/things?page=2","status":200)") != std::string::npos, log);
  BOOST_TEST(log.find(R"("target":"/none","status":404)") != std::string::npos, log);
  BOOST_TEST(api.process().truth().starts_with(R"({"things.records":3,"things.checksum":)"));
}

BOOST_AUTO_TEST_CASE(depends_on_its_seed_alone) {
  const described_api one("seed: 7\n" + things(20, ""));
  const described_api same("seed: 7\n" + things(20, ""));
  const described_api other("seed: 8\n" + things(20, ""));
  BOOST_TEST(one.truth("things") == same.truth("things"));
  BOOST_TEST((one.truth("things") != other.truth("things")));
}

BOOST_AUTO_TEST_CASE(is_refused_with_file_line_and_setting_where_it_is_wrong) {
  const auto refused = [](const std::string& text, const std::string& why) {
    const scratch_dir dir;
    put_text(dir / "api.yaml", text);
    const auto result = run_demo_api({"--rest", (dir / "api.yaml").string(), "--port", "0"});
    BOOST_TEST(result.exit_code == 1);
    BOOST_TEST(result.err.find(why) != std::string::npos, result.err);
  };
  refused(things(1, "    colour: red\n"), "api.yaml:5: resources.things.colour: there is no such setting");
  refused(things(1, "    pagination: {kind: pages}\n"), "there is no pagination \"pages\", but none, page");
  refused(things(1, "    pagination: {kind: cursor}\n    format: csv\n"), "\"format\" has no room");
  refused(things(1, "    parent: shops\n"), "\"parent\" names no resource");
  refused(things(1, "    records: 2\n"), "\"records\" stands there twice");
  refused("resources: {}\n", "must be a map of resources");
  refused("a: [1\n", "no YAML");
  BOOST_TEST(run_demo_api({"--rest", "x.yaml", "--events", "5"}).exit_code == 64);
}

BOOST_AUTO_TEST_SUITE_END()
