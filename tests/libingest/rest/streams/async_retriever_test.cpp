// Slices whose records the API prepares in jobs: created, waited for, downloaded in pages, and gone on with wherever
// they were stopped.
#define BOOST_TEST_MODULE async_retriever
#include <boost/test/unit_test.hpp>
#include <thread>

#include "ingest/error.hpp"
#include "rest/connectors/connector.hpp"
#include "rest/document/document.hpp"
#include "support/fake_time.hpp"
#include "support/http_server.hpp"
#include "support/stderr_capture.hpp"

namespace {

using namespace ingest::rest;
using namespace ingest::testing;

constexpr const char* manifest_text = R"(
version: 6.0.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [exports]}
streams:
  - type: DeclarativeStream
    name: exports
    primary_key: [id]
    transformations:
      - {type: AddFields, fields: [{path: [a], value: "{{ record.id|int + 1 }}"}]}
    retriever:
      type: AsyncRetriever
      status_mapping:
        running: [busy]
        completed: [ready]
        failed: [broken]
        timeout: [late]
        skipped: [nothing]
      status_extractor: {type: DpathExtractor, field_path: [state]}
      download_target_extractor: {type: DpathExtractor, field_path: [urls]}
      polling_job_timeout: 2
      record_selector:
        type: RecordSelector
        extractor: {type: DpathExtractor, field_path: []}
        record_filter: {type: RecordFilter, condition: "{{ record.id != '3' }}"}
      creation_requester:
        type: HttpRequester
        url_base: "{{ config['url'] }}"
        path: jobs
        http_method: POST
        authenticator: {type: BearerAuthenticator, api_token: "{{ config['token'] }}"}
        request_headers: {X-Kind: full, X-Settings: "{{ config['token'] }}"}
        error_handler: {type: DefaultErrorHandler, max_retries: 0}
      polling_requester:
        type: HttpRequester
        url_base: "{{ config['url'] }}"
        path: jobs/{{ creation_response['id'] }}
        http_method: GET
        request_headers: {X-Kind: "{{ stream_slice.extra_fields['creation_response'].request.headers['X-Kind'] }}"}
        error_handler: {type: DefaultErrorHandler, max_retries: 0}
      download_requester: {type: HttpRequester, url_base: "{{ download_target }}", http_method: GET}
      download_decoder: {type: GzipDecoder, decoder: {type: CsvDecoder}}
      abort_requester:
        {type: HttpRequester, url_base: "{{ config['url'] }}", path: "abort/{{ creation_response['id'] }}", http_method: POST}
      delete_requester:
        {type: HttpRequester, url_base: "{{ config['url'] }}", path: "delete/{{ creation_response['id'] }}", http_method: POST}
)";

/// An API of exports: job 1, 2 …, each with two files of three records, ready at the second question for it.
struct exports_api {
  reply operator()(const received_request& r) {
    asked += r.method + r.path + " ";
    if (fault) {
      if (auto instead = fault(r)) {
        return *instead;
      }
    }
    if (r.path == "/jobs") {
      BOOST_TEST(r.header("authorization") == "Bearer very-secret");
      return {.status = 202, .body = "{\"id\":" + std::to_string(++jobs) + "}"};
    }
    if (r.path.starts_with("/jobs/")) {
      BOOST_TEST(r.header("x-kind") == "full");
      const bool ready = ++polls % 2 == 0;
      return {.body = ready ? "{\"state\":\"ready\",\"urls\":[" + urls() + "]}" : R"({"state":"busy"})"};
    }
    if (r.path.starts_with("/files/")) {
      BOOST_TEST(r.header("authorization") == "");
      const int first = r.path.ends_with("1.csv") ? 1 : 4;
      std::string rows = "id\n";
      for (int i = first; i < first + 3; ++i) {
        rows += std::to_string(i) + "\n";
      }
      return {.body = rows, .content_type = "text/csv"};
    }
    return {.body = "{}"};
  }

  std::string urls() const {
    const auto url = [&](int n) {
      return "\"" + base + "/files/" + std::to_string(n) + ".csv?key=" + std::to_string(polls) + "\"";
    };
    return url(1) + "," + url(2);
  }

  std::function<std::optional<reply>(const received_request&)> fault;
  std::string base;
  std::string asked;
  int jobs = 0;
  int polls = 0;
};

struct exports_scene {
  exports_api api;
  http_server server{std::ref(api)};
  fake_time time;
  std::unique_ptr<connector> from;
  std::optional<connector_stream> stream;

  exports_scene() {
    api.base = server.url();
    use(manifest_text);
  }

  void use(const std::string& text) {
    connector_options options;
    options.time = time.as_timing();
    from = std::make_unique<connector>(
        prepared_manifest(parse_document(text, "exports.yaml")),
        value::dict_of({{"url", value::text_of(server.url())}, {"token", value::text_of("very-secret")}}), options);
    stream.emplace(from->open(from->find("exports")));
  }

  /// With a change.
  void use(const std::string& text, const std::string& instead) {
    std::string all = manifest_text;
    BOOST_REQUIRE(all.find(text) != std::string::npos);
    use(all.replace(all.find(text), text.size(), instead));
  }

  std::unique_ptr<slice_reader> reader(const std::optional<std::string>& position = {}, bool may_repeat = false) {
    auto made = stream->reader(*stream->slices()->next({}), may_repeat);
    made->open(position);
    return made;
  }
};

std::string shown(const record_texts& records) {
  std::string all;
  for (std::size_t i = 0; i < records.size(); ++i) {
    all += std::string(records[i]) + "\n";
  }
  return all;
}

std::string rest_of(slice_reader& reader) {
  std::string all;
  for (auto page = reader.read({}); page; page = reader.read({})) {
    all += shown(page->records);
  }
  return all;
}

const std::string everything = R"({"id":"1","a":2})"
                               "\n"
                               R"({"id":"2","a":3})"
                               "\n"
                               R"({"id":"4","a":5})"
                               "\n"
                               R"({"id":"5","a":6})"
                               "\n"
                               R"({"id":"6","a":7})"
                               "\n";

auto told(ingest::errc code, std::string word) {
  return [code, word](const ingest::error& e) {
    BOOST_TEST_INFO(e.what());
    return e.code() == code && std::string(e.what()).find(word) != std::string::npos;
  };
}

std::size_t count(const std::string& in, const std::string& what) {
  std::size_t found = 0;
  for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(jobs, exports_scene)

BOOST_AUTO_TEST_CASE(a_job_is_created_awaited_read_and_deleted) {
  BOOST_TEST(rest_of(*reader()) == everything);
  BOOST_TEST(api.asked == "POST/jobs GET/jobs/1 GET/jobs/1 GET/files/1.csv GET/files/2.csv POST/delete/1 ");
  BOOST_TEST(time.waits().size() == 1U);
  BOOST_TEST(time.waits().front().count() == 5000);
}

BOOST_AUTO_TEST_CASE(a_slice_goes_on_behind_each_of_its_pages) {
  for (std::size_t stopped_behind = 1; stopped_behind < 6; ++stopped_behind) {
    auto before = reader();
    std::string all;
    std::string position;
    for (std::size_t i = 0; i < stopped_behind; ++i) {
      const auto page = before->read({});
      BOOST_REQUIRE(page);
      all += shown(page->records);
      position = page->position;
    }
    BOOST_TEST_INFO(position);
    BOOST_TEST(position.find("very-secret") == std::string::npos);
    before.reset();
    const int jobs = api.jobs;
    BOOST_TEST(all + rest_of(*reader(position)) == everything);
    BOOST_TEST(api.jobs == jobs, "no other job is made");
  }
}

BOOST_AUTO_TEST_CASE(a_large_file_is_many_pages_and_is_gone_on_with_inside) {
  std::string rows = "id,text\n";
  for (int i = 10; i < 3010; ++i) {
    rows += std::to_string(i) + "," + std::string(5000, 'x') + "\n";
  }
  api.fault = [&](const received_request& r) -> std::optional<reply> {
    return r.path.ends_with("1.csv") ? std::optional(reply{.body = rows}) : std::nullopt;
  };
  auto first = reader();
  std::vector<std::string> positions;
  std::vector<std::size_t> sizes;
  for (auto page = first->read({}); page; page = first->read({})) {
    positions.push_back(page->position);
    sizes.push_back(page->records.size());
    BOOST_TEST(page->records.bytes() < std::size_t{5} << 20);
  }
  BOOST_TEST(sizes.size() > 6U);
  std::size_t rest = 0;
  auto second = reader(positions[3]);
  for (auto page = second->read({}); page; page = second->read({})) {
    rest += page->records.size();
  }
  BOOST_TEST(sizes[2] + sizes[3] + rest == 3003U);

  rows.replace(rows.find("\n11,") + 1, 2, "99");  // another file than the one that was begun
  BOOST_CHECK_EXCEPTION(rest_of(*reader(positions[3])), ingest::error,
                        told(ingest::errc::bad_data, "would be there twice"));
}

BOOST_AUTO_TEST_CASE(jobs_that_fail_are_made_three_times) {
  api.fault = [&](const received_request& r) -> std::optional<reply> {
    const bool fails = r.path == "/jobs/1" || r.path == "/jobs/2";
    return fails ? std::optional(reply{.body = R"({"state":"broken"})"}) : std::nullopt;
  };
  BOOST_TEST(rest_of(*reader()) == everything);
  BOOST_TEST(api.jobs == 3);
  api.fault = [](const received_request& r) -> std::optional<reply> {
    return r.path.starts_with("/jobs/") ? std::optional(reply{.body = R"({"state":"broken"})"}) : std::nullopt;
  };
  BOOST_CHECK_EXCEPTION(rest_of(*reader()), ingest::error,
                        told(ingest::errc::unavailable, "has failed (broken); given up after 3 attempts"));
  BOOST_TEST(api.jobs == 6);
  BOOST_TEST(count(api.asked, "/abort/") == 0U);
}

BOOST_AUTO_TEST_CASE(a_job_that_cannot_be_created_is_tried_again_and_a_mistake_is_not) {
  int refused = 0;
  api.fault = [&](const received_request& r) -> std::optional<reply> {
    return r.path == "/jobs" && ++refused < 3 ? std::optional(reply{.status = 503, .body = "{}"}) : std::nullopt;
  };
  BOOST_TEST(rest_of(*reader()) == everything);
  refused = -100;
  BOOST_CHECK_EXCEPTION(rest_of(*reader()), ingest::error, told(ingest::errc::unavailable, "could not be created"));
  api.fault = [](const received_request&) { return std::optional(reply{.status = 403, .body = "{}"}); };
  api.asked.clear();
  BOOST_CHECK_EXCEPTION(rest_of(*reader()), ingest::error, told(ingest::errc::config, "403"));
  BOOST_TEST(api.asked == "POST/jobs ");
}

BOOST_AUTO_TEST_CASE(a_job_that_takes_too_long_is_aborted_and_made_anew) {
  api.fault = [&](const received_request& r) -> std::optional<reply> {
    return r.path == "/jobs/1"   ? std::optional(reply{.body = R"({"state":"busy"})"})
           : r.path == "/jobs/2" ? std::optional(reply{.body = R"({"state":"late"})"})
                                 : std::nullopt;
  };
  BOOST_TEST(rest_of(*reader()) == everything);
  BOOST_TEST(count(api.asked, "GET/jobs/1 ") == 25U, "every five seconds of two minutes");
  BOOST_TEST(count(api.asked, "POST/abort/1 POST/jobs GET/jobs/2 POST/abort/2 POST/jobs ") == 1U, api.asked);
}

BOOST_AUTO_TEST_CASE(jobs_without_files_or_without_anything_to_do_have_no_records) {
  api.fault = [](const received_request& r) -> std::optional<reply> {
    return r.path == "/jobs/1"   ? std::optional(reply{.body = R"({"state":"ready","urls":[]})"})
           : r.path == "/jobs/2" ? std::optional(reply{.body = R"({"state":"nothing"})"})
                                 : std::nullopt;
  };
  BOOST_TEST(rest_of(*reader()) == "");
  BOOST_TEST(api.asked == "POST/jobs GET/jobs/1 POST/delete/1 ");
  BOOST_TEST(rest_of(*reader()) == "");
  BOOST_TEST(api.jobs == 2);
}

BOOST_AUTO_TEST_CASE(states_that_nobody_has_told_of_are_mistakes) {
  api.fault = [](const received_request& r) -> std::optional<reply> {
    return r.path == "/jobs/1"   ? std::optional(reply{.body = R"({"state":"odd"})"})
           : r.path == "/jobs/2" ? std::optional(reply{.body = R"({"status":"busy"})"})
           : r.path == "/jobs/3" ? std::optional(reply{.body = R"({"error":"come back later"})"})
                                 : std::nullopt;
  };
  BOOST_CHECK_EXCEPTION(rest_of(*reader()), ingest::error,
                        told(ingest::errc::config, "\"odd\", which `status_mapping`"));
  BOOST_CHECK_EXCEPTION(rest_of(*reader()), ingest::error, told(ingest::errc::config, "finds no state"));
  BOOST_CHECK_EXCEPTION(rest_of(*reader()), ingest::error, told(ingest::errc::bad_data, "come back later"));
}

BOOST_AUTO_TEST_CASE(a_job_that_the_api_has_forgotten_is_made_anew) {
  auto before = reader();
  const auto created = before->read({})->position;
  before->read({});
  const auto page = before->read({});
  const auto begun = page->position;
  before.reset();
  api.fault = [](const received_request& r) -> std::optional<reply> {
    return r.path == "/jobs/1" || r.header("referer") == "x" ||
                   (r.path.starts_with("/files") && r.parameter("key") == "2")
               ? std::optional(reply{.status = 404, .body = "{}"})
               : std::nullopt;
  };
  BOOST_TEST(rest_of(*reader(created)) == everything);
  BOOST_TEST(api.jobs == 2);
  BOOST_TEST(rest_of(*reader(begun, true)) == everything, "where a key keeps them once");
  BOOST_CHECK_EXCEPTION(rest_of(*reader(begun, false)), ingest::error,
                        told(ingest::errc::bad_data, "would be there twice"));
}

BOOST_AUTO_TEST_CASE(addresses_that_hold_no_longer_are_asked_for_again) {
  auto before = reader();
  std::string all;
  std::string position;
  for (int i = 0; i < 3; ++i) {
    const auto page = before->read({});
    all += shown(page->records);
    position = page->position;
  }
  BOOST_TEST(!all.empty());
  before.reset();
  api.fault = [](const received_request& r) -> std::optional<reply> {
    return r.parameter("key") == "2" ? std::optional(reply{.status = 403, .body = "expired"}) : std::nullopt;
  };
  api.polls = 3;
  BOOST_TEST(all + rest_of(*reader(position)) == everything);
  BOOST_TEST(api.jobs == 1);
}

BOOST_AUTO_TEST_CASE(a_stop_ends_a_wait_for_a_job_at_once) {
  connector_options options;  // of real time
  from = std::make_unique<connector>(
      prepared_manifest(parse_document(manifest_text, "exports.yaml")),
      value::dict_of({{"url", value::text_of(server.url())}, {"token", value::text_of("very-secret")}}), options);
  stream.emplace(from->open(from->find("exports")));
  std::stop_source stop;
  api.fault = [&](const received_request& r) -> std::optional<reply> {
    if (r.path == "/jobs/1") {
      stop.request_stop();
      return reply{.body = R"({"state":"busy"})"};
    }
    return std::nullopt;
  };
  auto waiting = reader();
  BOOST_TEST(waiting->read(stop.get_token())->records.empty());
  const auto start = std::chrono::steady_clock::now();
  BOOST_CHECK_EXCEPTION(waiting->read(stop.get_token()), ingest::error, told(ingest::errc::cancelled, ""));
  BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(4)));
}

BOOST_AUTO_TEST_CASE(only_so_many_jobs_are_at_work_as_the_manifest_says) {
  auto first = reader();
  first->read({});
  std::stop_source stop;
  auto second = reader();
  {
    std::jthread stopper([&] { stop.request_stop(); });
    BOOST_CHECK_EXCEPTION(second->read(stop.get_token()), ingest::error, told(ingest::errc::cancelled, ""));
  }
  BOOST_TEST(api.jobs == 1);
  first->read({});  // the job is complete
  second->read({});
  BOOST_TEST(api.jobs == 2);
  second.reset();
  use("type: DeclarativeSource", "type: DeclarativeSource\nmax_concurrent_async_job_count: \"{{ 1 + 1 }}\"");
  auto third = reader();
  third->read({});
  auto fourth = reader();
  fourth->read({});
  BOOST_TEST(api.jobs == 4);
}

BOOST_AUTO_TEST_CASE(downloads_may_have_pages) {
  use("      download_decoder: {type: GzipDecoder, decoder: {type: CsvDecoder}}", R"(
      download_extractor: {type: DpathExtractor, field_path: [rows]}
      download_paginator:
        type: DefaultPaginator
        page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}
        pagination_strategy: {type: CursorPagination, cursor_value: "{{ response.next }}"})");
  api.fault = [](const received_request& r) -> std::optional<reply> {
    if (!r.path.starts_with("/files/")) {
      return std::nullopt;
    }
    const bool second = r.parameter("page") == "b";
    return reply{.body = second ? R"({"rows":[{"id":"2"}]})" : R"({"rows":[{"id":"1"}],"next":"b"})"};
  };
  auto whole = reader();
  std::vector<std::string> positions;
  std::string all;
  for (auto page = whole->read({}); page; page = whole->read({})) {
    positions.push_back(page->position);
    all += shown(page->records);
  }
  const std::string a = R"({"id":"1","a":2})"
                        "\n";
  const std::string b = R"({"id":"2","a":3})"
                        "\n";
  BOOST_TEST(all == a + b + a + b);
  BOOST_TEST(rest_of(*reader(positions[2])) == b + a + b);
}

BOOST_AUTO_TEST_CASE(a_download_without_the_place_of_records_is_not_believed_at_once) {
  use("      download_decoder: {type: GzipDecoder, decoder: {type: CsvDecoder}}",
      "      download_extractor: {type: DpathExtractor, field_path: [rows]}");
  int asked_for_second = 0;
  std::string first = R"({"rows":[{"id":"1"}]})";
  std::string odd = R"({"total":0})";
  api.fault = [&](const received_request& r) -> std::optional<reply> {
    if (r.path == "/files/1.csv") {
      return reply{.body = first};
    }
    if (r.path == "/files/2.csv") {
      return reply{.body = ++asked_for_second == 1 ? odd : R"({"rows":[{"id":"2"}]})"};
    }
    return std::nullopt;
  };
  const std::string a = R"({"id":"1","a":2})"
                        "\n";
  const std::string b = R"({"id":"2","a":3})"
                        "\n";
  BOOST_TEST(rest_of(*reader()) == a + b);
  BOOST_TEST(asked_for_second == 2);

  odd = R"({"error":{"message":"the export is broken"}})";
  asked_for_second = 0;
  BOOST_TEST(rest_of(*reader()) == a + b, "an error that passes");
  first = odd;
  BOOST_CHECK_EXCEPTION(rest_of(*reader()), ingest::error, told(ingest::errc::bad_data, "the export is broken"));

  first = R"({"total":0})";  // of a stream that has given nothing yet: there may be none, which a warning says
  asked_for_second = 1;
  use("      download_decoder: {type: GzipDecoder, decoder: {type: CsvDecoder}}",
      "      download_extractor: {type: DpathExtractor, field_path: [rows]}");
  const stderr_capture written;
  BOOST_TEST(rest_of(*reader()) == b);
  BOOST_TEST(count(written.text(), "where records are") == 1U, written.text());
}

BOOST_AUTO_TEST_CASE(an_error_in_place_of_rows_is_no_empty_file) {
  api.fault = [](const received_request& r) -> std::optional<reply> {
    return r.path == "/files/2.csv"   ? std::optional(reply{.body = R"({"error":"the export is broken"})"})
           : r.path == "/files/1.csv" ? std::optional(reply{.body = "id\n"})
                                      : std::nullopt;
  };
  BOOST_CHECK_EXCEPTION(rest_of(*reader()), ingest::error, told(ingest::errc::bad_data, "the export is broken"));
}

BOOST_AUTO_TEST_CASE(a_complete_job_that_names_no_files_is_asked_once_more) {
  int asked = 0;
  std::string odd = R"({"state":"ready"})";
  int odd_answers = 1;
  api.fault = [&](const received_request& r) -> std::optional<reply> {
    if (!r.path.starts_with("/jobs/")) {
      return std::nullopt;
    }
    return reply{.body = ++asked <= odd_answers ? odd : "{\"state\":\"ready\",\"urls\":[" + api.urls() + "]}"};
  };
  BOOST_TEST(rest_of(*reader()) == everything);
  BOOST_TEST(asked == 2);
  BOOST_TEST(api.jobs == 1);

  odd = R"({"state":"ready","error":"the export is broken"})";
  odd_answers = 100;
  BOOST_CHECK_EXCEPTION(rest_of(*reader()), ingest::error, told(ingest::errc::bad_data, "the export is broken"));

  odd = R"({"state":"ready"})";  // there may be none, which a warning says
  asked = 0;
  const stderr_capture written;
  BOOST_TEST(rest_of(*reader()) == "");
  BOOST_TEST(rest_of(*reader()) == "");
  BOOST_TEST(asked == 4);
  BOOST_TEST(count(written.text(), "where its files are named") == 1U, written.text());
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_refused) {
  for (const char* odd :
       {"odd", "{}", R"({"given":true,"job":1})", R"({"given":true,"job":{},"until":1,"result":{}})"}) {
    BOOST_CHECK_THROW(reader(std::string(odd)), ingest::error);
  }
  const auto refuses = [this](const std::string& text, const std::string& instead, const std::string& word) {
    BOOST_CHECK_EXCEPTION(use(text, instead), ingest::error, told(ingest::errc::config, word));
  };
  refuses("running: [busy]", "running: [ready]", "stands in two lists");
  refuses("polling_job_timeout: 2", "polling_job_timeout: 0", "polling_job_timeout");
  refuses("download_target_extractor: {type: DpathExtractor, field_path: [urls]}",
          "download_target_requester: {type: HttpRequester, url_base: \"http://a\"}", "download_target_extractor");
}

BOOST_AUTO_TEST_SUITE_END()
