#include <boost/test/unit_test.hpp>

#include "support/http_source_fixture.hpp"

using namespace std::chrono_literals;
using namespace ingest::testing;
using ingest::errc;
using ingest::http_endpoint;

namespace {

std::function<std::optional<reply>(const received_request&)> granting(const std::string& body) {
  return [body](const received_request& r) {
    return r.path == events_api::access_path ? std::optional(reply{200, body}) : std::nullopt;
  };
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stream_accesses, http_source_fixture)

BOOST_AUTO_TEST_CASE(fall_back_to_the_standard_endpoint_when_refused) {
  for (const int status : {403, 404}) {
    api.stream_access_status = status;
    BOOST_TEST((read(options()).distinct() == api.all_ids()));
    BOOST_TEST(page_requests().back().path == events_api::standard_path);
  }
  BOOST_TEST(server.requests().size() == 22u, "each run asked once");
}

BOOST_AUTO_TEST_CASE(do_not_fall_back_when_told_to_stream) {
  api.stream_access_status = 403;
  BOOST_CHECK_EXCEPTION(read(options(http_endpoint::stream)), ingest::error,
                        fails_with(errc::authentication, "`endpoint`"));
}

BOOST_AUTO_TEST_CASE(do_not_fall_back_where_windows_would_be_ignored) {
  api.stream_access_status = 403;
  auto o = options();
  o.windows = {{0, api.time_of(0)}};
  BOOST_CHECK_EXCEPTION(read(o), ingest::error,
                        fails_with(errc::config, "slices and time windows need the stream endpoint"));
  BOOST_TEST(page_requests().empty());
}

BOOST_AUTO_TEST_CASE(with_a_key_that_is_unknown_are_an_authentication_error) {
  auto o = options();
  o.api_key = "wrong-key-0815";
  const auto says = [](const ingest::error& e) {
    return fails_with(errc::authentication, "`api_key`")(e) &&
           std::string(e.what()).find("wrong-key-0815") == std::string::npos;
  };
  BOOST_CHECK_EXCEPTION(read(o), ingest::error, says);
  o.endpoint = http_endpoint::standard;
  BOOST_CHECK_EXCEPTION(read(o), ingest::error, says);
}

BOOST_AUTO_TEST_CASE(are_renewed_before_they_expire) {
  api.fault = [&](const received_request& r) {
    clock.advance(r.path == events_api::stream_path ? 50s : 0s);
    return std::nullopt;
  };
  BOOST_TEST((read(options()).distinct() == api.all_ids()));
  BOOST_TEST(counters.token_refreshes == 1u);
  BOOST_TEST(api.tokens_granted() == 2);
}

BOOST_AUTO_TEST_CASE(that_cannot_be_renewed_stop_nobody_while_they_hold) {
  int asked = 0;
  api.fault = [&](const received_request& r) {
    clock.advance(r.path == events_api::stream_path ? 28s : 0s);
    return r.path == events_api::access_path && ++asked > 1 ? std::optional(reply{401}) : std::nullopt;
  };
  BOOST_TEST((read(options()).distinct() == api.all_ids()), "ten pages in 280 of 300 s");
  api.events = 150;
  asked = 0;
  BOOST_CHECK_EXCEPTION(read(options()), ingest::error, fails_with(errc::authentication, "`api_key`"));
}

BOOST_AUTO_TEST_CASE(whose_renewal_is_refused_are_used_while_they_hold_and_then_asked_for_again) {
  for (const int refusal : {403, 404}) {
    int asked = 0;
    api.fault = [&](const received_request& r) {
      clock.advance(r.path == events_api::stream_path ? 40s : 0s);
      return r.path == events_api::access_path && ++asked == 2 ? std::optional(reply{refusal}) : std::nullopt;
    };
    BOOST_TEST((read(options(http_endpoint::stream)).distinct() == api.all_ids()));
    BOOST_TEST(asked == 3);
  }
}

BOOST_AUTO_TEST_CASE(are_renewed_when_a_token_is_revoked) {
  int pages = 0;
  api.fault = [&](const received_request& r) {
    if (r.path == events_api::stream_path && ++pages % 3 == 0) {
      api.revoke_token();
    }
    return std::nullopt;
  };
  const read_result got = read(options());
  BOOST_TEST((got.distinct() == api.all_ids()));
  BOOST_TEST(got.ids.size() == 95u);
  BOOST_TEST(counters.token_refreshes >= 4u);
  BOOST_TEST(clock.waits().empty(), "a first refusal needs no wait");
}

BOOST_AUTO_TEST_CASE(that_never_hold_are_an_authentication_error) {
  api.fault = [&](const received_request& r) {
    return r.path == events_api::stream_path ? std::optional(reply{401, R"({"code":"INVALID_STREAM_TOKEN"})"})
                                             : std::nullopt;
  };
  BOOST_CHECK_EXCEPTION(read(options()), ingest::error, fails_with(errc::authentication, "INVALID_STREAM_TOKEN"));
  BOOST_TEST(server.requests().size() <= 10u);
}

BOOST_AUTO_TEST_CASE(are_asked_for_again_after_failures_that_may_pass) {
  int asked = 0;
  api.fault = [&](const received_request& r) -> std::optional<reply> {
    if (r.path != events_api::access_path || ++asked > 4) {
      return std::nullopt;
    }
    return asked % 2 == 0 ? reply{503} : reply{200, "<html>"};
  };
  BOOST_TEST((read(options()).distinct() == api.all_ids()));
  BOOST_TEST(counters.token_fetch_errors == 4u);
}

BOOST_AUTO_TEST_CASE(that_point_elsewhere_are_refused_and_the_key_is_not_sent_there) {
  const http_server elsewhere([](const received_request&) { return reply{200, R"({"data":[]})"}; });
  const std::string host = "127.0.0.1:" + std::to_string(elsewhere.port());
  for (const std::string& endpoint :
       {"http://" + host + "/feed", "//" + host + "/feed", "@" + host + "/", std::string("feed"), std::string("/a b"),
        std::string("/\\\\evil"), std::string()}) {
    api.fault = granting(R"({"streamAccess":{"endpoint":")" + endpoint + R"(","token":"tttt","tokenHeader":"X-T"}})");
    BOOST_CHECK_EXCEPTION(read(options()), ingest::error, [](const ingest::error& e) {
      return e.code() == errc::bad_data || e.code() == errc::unavailable;
    });
  }
  BOOST_TEST(elsewhere.requests().empty());
  BOOST_TEST(page_requests().empty());
}

BOOST_AUTO_TEST_CASE(with_a_header_that_is_none_are_refused) {
  for (const auto* header : {"X-A: b\\r\\nX-B", "X A", ""}) {
    api.fault =
        granting(std::string(R"({"streamAccess":{"endpoint":"/f","token":"tttt","tokenHeader":")") + header + "\"}}");
    BOOST_CHECK_EXCEPTION(read(options()), ingest::error, fails_with(errc::bad_data, "stream access"));
  }
  api.fault = granting(R"({"streamAccess":{"endpoint":"/f","token":"tt\r\ntt","tokenHeader":"X-T"}})");
  BOOST_CHECK_EXCEPTION(read(options()), ingest::error, fails_with(errc::bad_data, "X-T"));
}

BOOST_AUTO_TEST_SUITE_END()
