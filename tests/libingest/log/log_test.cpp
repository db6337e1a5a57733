#include "ingest/log.hpp"

#include <fcntl.h>
#include <rapidjson/document.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <regex>
#include <thread>
#include <vector>

#include "support/stderr_capture.hpp"

namespace logging = ingest::log;

namespace {

/// Captures stderr and leaves the log as it was.
struct captured_stderr : ingest::testing::stderr_capture {
  ~captured_stderr() { logging::configure(logging::format::json, logging::level::info); }
};

rapidjson::Document parse(const std::string& line) {
  rapidjson::Document d;
  d.Parse<rapidjson::kParseValidateEncodingFlag>(line.c_str(), line.size());
  BOOST_TEST_REQUIRE(!d.HasParseError(), line);
  return d;
}

std::string text_of(const rapidjson::Value& v) {
  return {v.GetString(), v.GetStringLength()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_lines)

BOOST_AUTO_TEST_CASE(are_json_objects_with_time_level_event_message_and_fields) {
  const captured_stderr captured;
  logging::info(
      "run_started", "here we \"go\"",
      {{"rows", 5}, {"big", ~std::uint64_t{0}}, {"rate", 2.5}, {"nan", std::nan("")}, {"ok", true}, {"s", "x"}});
  const auto d = parse(captured.text());
  BOOST_TEST(std::regex_match(text_of(d["timestamp"]), std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")));
  BOOST_TEST(text_of(d["level"]) == "info");
  BOOST_TEST(text_of(d["event"]) == "run_started");
  BOOST_TEST(text_of(d["message"]) == "here we \"go\"");
  BOOST_TEST(d["rows"].GetInt64() == 5);
  BOOST_TEST(d["big"].GetUint64() == ~std::uint64_t{0});
  BOOST_TEST(d["rate"].GetDouble() == 2.5);
  BOOST_TEST(d["nan"].IsNull());
  BOOST_TEST(d["ok"].GetBool());
  BOOST_TEST(text_of(d["s"]) == "x");
}

BOOST_AUTO_TEST_CASE(are_readable_text_when_asked_for) {
  const captured_stderr captured;
  logging::configure(logging::format::text, logging::level::info);
  logging::warning("stage_failed", "two\nlines\x1b[2J", {{"n", -3}, {"why", "a \"b\""}, {"bare", "word"}});
  const std::regex expected(
      R"re(\d\d:\d\d:\d\d\.\d{3} WARN  stage_failed  two\\nlines\\x1b\[2J n=-3 why="a \\"b\\"" bare=word\n)re");
  BOOST_TEST(std::regex_match(captured.text(), expected), captured.text());
}

BOOST_AUTO_TEST_CASE(below_the_least_level_are_not_written) {
  const captured_stderr captured;
  logging::debug("a", "hidden by default");
  logging::configure(logging::format::json, logging::level::error);
  logging::warning("b", "hidden");
  logging::error("c", "shown");
  BOOST_TEST_REQUIRE(captured.lines().size() == 1u);
  BOOST_TEST(text_of(parse(captured.lines()[0])["event"]) == "c");
}

BOOST_AUTO_TEST_CASE(replace_invalid_utf8) {
  const captured_stderr captured;
  logging::info("e", "a\xFFz \xED\xA0\x80 \xC3", {{"f", "\xF0\x9F\x98\x80\x80"}});
  const auto d = parse(captured.text());
  BOOST_TEST(text_of(d["message"]) == "a\uFFFDz \uFFFD\uFFFD\uFFFD \uFFFD");
  BOOST_TEST(text_of(d["f"]) == "\U0001F600\uFFFD");
}

BOOST_AUTO_TEST_CASE(hold_no_registered_secret) {
  const captured_stderr captured;
  logging::add_secret("canary-key");
  logging::add_secret("canary-key-longer");
  logging::add_secret("abc");
  logging::info("e", "key canary-key-longer, then canary-keycanary-key; abc", {{"f", "xcanary-keyx"}});
  const auto d = parse(captured.text());
  BOOST_TEST(text_of(d["message"]) == "key ***, then ******; abc");
  BOOST_TEST(text_of(d["f"]) == "x***x");
}

BOOST_AUTO_TEST_CASE(hold_no_password_of_a_url_or_connection_string) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"at postgresql://me:pa:s@ss@db:5432/x now", "at postgresql://me:***@db:5432/x now"},
      {"postgresql://db/x?user=me&password=secret&sslmode=require",
       "postgresql://db/x?user=me&password=***&sslmode=require"},
      {"host=db password=secret user=me", "host=db password=*** user=me"},
      {"host=db PassWord = 'se cr\\'et' user=me", "host=db PassWord = *** user=me"},
      {"password=", "password=***"},
      {"no password in https://host:443/a:b@c", "no password in https://host:443/a:b@c"},
      {"https://a:b@c/ and https://d:e@f", "https://a:***@c/ and https://d:***@f"},
      {"PGPASSWORD=secret psql", "PGPASSWORD=*** psql"},
      {"of a host https://[::1]:443/a@b", "of a host https://[::1]:443/a@b"},
      {"postgresql://me@db:5432/x", "postgresql://me@db:5432/x"},
  };
  for (const auto& [text, expected] : cases) {
    BOOST_TEST(logging::redact(text) == expected);
  }
}

BOOST_AUTO_TEST_CASE(hold_no_password_however_badly_it_is_escaped) {
  for (const std::string password :
       {"Zebra/44", "12/Zebra", "Zebra@44", "Zebra?44", "Ze?Zebra=44", "Zebra:/@?#44", "44#Zebra", "Zebra'44",
        "Zebra&password=44", "44//:Zebra", "[Zebra]", "Zebra%44"}) {
    for (const std::string host : {"db", "db:5432", "[::1]:5432", "db1,db2:5433", ""}) {
      for (const std::string rest : {"", "/x", "/x?user=a@b", "?sslmode=require"}) {
        const std::string masked =
            logging::redact("could not use \"postgresql://me:" + password + "@" + host + rest + "\": why");
        BOOST_TEST(masked.find("Zebra") == std::string::npos, masked);
        BOOST_TEST(masked.find("44") == std::string::npos, masked);
        if (rest.find('@') == std::string::npos) {  // otherwise more may be masked
          BOOST_TEST(masked == "could not use \"postgresql://me:***@" + host + rest + "\": why");
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(hold_no_secret_however_it_is_spelt) {
  const std::string secret = "Zebra/4 \"4\"+é\n0123456789abcdef-line";
  logging::add_secret(secret);
  const auto hidden = [](const std::string& text) {
    const std::string masked = logging::redact(text);
    return masked.find("ebra") == masked.npos && masked.find("abcdef") == masked.npos &&
           masked.find("***") != masked.npos;
  };
  BOOST_TEST(hidden("as it is: " + secret));
  BOOST_TEST(hidden("in a URL: Zebra%2F4%20%224%22%2B%C3%A9%0A0123456789abcdef-line&x=1"));
  BOOST_TEST(hidden("in a form: Zebra%2f4+%224%22%2b%c3%a9%0a0123456789abcdef-line"));
  BOOST_TEST(hidden(R"(in JSON: "Zebra\/4 \"4\"+\u00e9\n0123456789abcdef-line")"));
  BOOST_TEST(hidden("a line of it: 0123456789abcdef-line"));
  logging::add_secret("my-very-long-password");
  // Behind "", "u:" and "me:".
  for (const std::string encoded :
       {"bXktdmVyeS1sb25nLXBhc3N3b3Jk", "dTpteS12ZXJ5LWxvbmctcGFzc3dvcmQ=", "bWU6bXktdmVyeS1sb25nLXBhc3N3b3Jk"}) {
    const std::string masked = logging::redact("Authorization: Basic " + encoded);
    BOOST_TEST(masked.find(encoded.substr(8, 12)) == masked.npos, masked);
  }
}

BOOST_AUTO_TEST_CASE(stay_whole_when_many_threads_write) {
  const captured_stderr captured;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 500; ++i) {
        logging::info("e", std::string(200, 'x'), {{"i", i}});
      }
    });
  }
  for (auto& t : threads) {
    t.join();
  }
  const auto lines = captured.lines();
  BOOST_TEST(lines.size() == 2000u);
  for (const auto& line : lines) {
    parse(line);
  }
}

BOOST_AUTO_TEST_CASE(are_dropped_and_counted_where_nobody_reads_and_nothing_waits_for_them_twice) {
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const int before = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 3'000; ++i) {
    logging::info("e", std::string(100, 'x'), {{"i", i}});
  }
  const auto taken = std::chrono::steady_clock::now() - begin;
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  std::string text(1 << 20, '\0');
  const auto drain = [&] {
    std::size_t size = 0;
    for (::ssize_t n = 0; (n = ::read(ends[0], text.data() + size, text.size() - size)) > 0;) {
      size += static_cast<std::size_t>(n);
    }
    return text.substr(0, size);
  };
  const std::string first = drain();
  logging::info("again", "there is room");
  const std::string second = drain();
  ::dup2(before, STDERR_FILENO);
  for (const int fd : {before, ends[0], ends[1]}) {
    ::close(fd);
  }
  BOOST_TEST((taken < std::chrono::seconds(20)));
  const auto whole = std::count(first.begin(), first.end(), '\n');
  const auto told = parse(second.substr(0, second.find('\n')));
  BOOST_TEST(text_of(told["event"]) == "log_lines_lost");
  BOOST_TEST(told["lines"].GetInt64() == 3'000 - whole);
  BOOST_TEST(second.find("there is room") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(stand_above_the_status_line) {
  const captured_stderr captured;
  logging::configure(logging::format::text, logging::level::info);
  logging::show_status_line("50 %");
  logging::info("e", "m");
  logging::show_status_line("");
  logging::show_status_line("");
  const std::regex expected("\r\x1b\\[K50 %\r\x1b\\[K[0-9:.]+ INFO  e  m\n50 %\r\x1b\\[K");
  BOOST_TEST(std::regex_match(captured.text(), expected), captured.text());
}

BOOST_AUTO_TEST_SUITE_END()
