// Cursors lost at random, from APIs of every order, unit and zone: every event is read, or the run ends with an error.
#include <random>

#include "ingest/http_source.hpp"
#include "ingest/log.hpp"
#include "properties/property.hpp"
#include "support/fake_time.hpp"
#include "support/http_server.hpp"
#include "support/source_reader.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

enum class order { newest_first, oldest_first, by_id, late_events, events_ahead };
enum class shown_as { milliseconds, iso_text, both, seconds, local_time, zeros_between, nothing };

struct event {
  std::string id;
  std::int64_t ms = 0;  // what the API goes by
  std::string shown;
};

/// An API whose events are what it says, and whose cursors get lost.
struct odd_api {
  std::size_t count = 0;
  std::int64_t step_ms = 0;
  order in = order::newest_first;
  shown_as times = shown_as::milliseconds;
  int zone_h = 0;            // of local times
  bool zero_counts = false;  // an event shown with a time of zero is taken to be of 1970
  bool since_is_excluded = false;
  bool until_is_included = false;
  int percent_lost = 0;  // of the requests with a cursor
  reply loss{400, R"({"code":"CURSOR_EXPIRED"})"};
  std::mt19937 random;

  std::vector<event> events;
  std::set<std::string> dead;  // cursors

  void make_events() {
    constexpr std::int64_t newest = 1'769'000'000'000;
    for (std::size_t i = 0; i < count; ++i) {
      const auto age = static_cast<std::int64_t>(i) * step_ms;
      event e{"e" + std::to_string(i), newest - age, ""};
      const bool odd = random() % 10 == 0;
      if (in == order::late_events && odd) {
        e.ms -= static_cast<std::int64_t>(random() % 200) * step_ms;
      } else if (in == order::events_ahead && odd) {
        e.ms += static_cast<std::int64_t>(random() % 200) * step_ms;
      }
      const bool zero = times == shown_as::zeros_between && random() % 10 == 0;
      e.ms = zero && zero_counts ? 0 : e.ms;
      e.shown = shown(e.ms, zero, i);
      events.push_back(std::move(e));
    }
    if (in == order::oldest_first) {
      std::reverse(events.begin(), events.end());
    } else if (in == order::by_id) {
      std::shuffle(events.begin(), events.end(), random);
    }
  }

  std::string shown(std::int64_t ms, bool zero, std::size_t i) const {
    const bool as_text = times == shown_as::iso_text || (times == shown_as::both && i % 2 == 0);
    if (times == shown_as::nothing || zero) {
      return zero ? "0" : "null";
    }
    if (times == shown_as::seconds) {
      return std::to_string(ms / 1000);
    }
    if (times == shown_as::local_time || as_text) {
      const std::int64_t local = ms + (times == shown_as::local_time ? zone_h * 3'600'000LL : 0);
      const std::time_t whole = local / 1000;
      std::tm parts{};
      ::gmtime_r(&whole, &parts);
      char text[64];
      std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
      const std::string fraction = std::to_string(1000 + local % 1000).substr(1);
      return "\"" + std::string(text) + "." + fraction + (as_text ? "Z\"" : "\"");
    }
    return std::to_string(ms);
  }

  reply operator()(const received_request& r) {
    if (r.method == "POST") {
      return {200, R"({"streamAccess":{"endpoint":"/feed","token":"token-4711","tokenHeader":"X-T"}})"};
    }
    const std::string cursor = r.parameter("cursor");
    if (!cursor.empty() && (dead.contains(cursor) || static_cast<int>(random() % 100) < percent_lost)) {
      dead.insert(cursor);
      return loss;
    }
    return page(r, cursor.empty() ? 0 : std::stoul(cursor));
  }

  reply page(const received_request& r, std::size_t at) {
    const auto limit = std::stoul(r.parameter("limit"));
    std::string data;
    std::size_t place = 0;
    for (const event& e : events) {
      if (!inside(e, r.parameter("since"), r.parameter("until"))) {
        continue;
      }
      if (place >= at && place < at + limit) {
        data += (data.empty() ? "" : ",") + (R"({"id":")" + e.id + R"(","timestamp":)") + e.shown + "}";
      }
      ++place;
    }
    const std::string next = place > at + limit ? R"(true,"nextCursor":")" + cursor_to(at + limit) + '"' : "false";
    return {200, R"({"data":[)" + data + R"(],"hasMore":)" + next + "}"};
  }

  /// A new one each time: one that was lost does not come back.
  std::string cursor_to(std::size_t place) { return std::to_string(place) + "-" + std::to_string(random()); }

  bool inside(const event& e, const std::string& since, const std::string& until) const {
    const bool late_enough = since.empty() || e.ms >= std::stoll(since) + (since_is_excluded ? 1 : 0);
    return late_enough && (until.empty() || e.ms < std::stoll(until) + (until_is_included ? 1 : 0));
  }
};

template <class T>
T drawn(std::initializer_list<T> choices) {
  return *rc::gen::elementOf(std::vector<T>(choices));
}

odd_api drawn_api() {
  odd_api api;
  api.count = *rc::gen::inRange<std::size_t>(0, 500);
  api.step_ms = drawn<std::int64_t>({0, 1, 7, 1000, 60'000});
  api.in = drawn({order::newest_first, order::newest_first, order::oldest_first, order::by_id, order::late_events,
                  order::events_ahead});
  api.times = drawn({shown_as::milliseconds, shown_as::milliseconds, shown_as::iso_text, shown_as::both,
                     shown_as::seconds, shown_as::local_time, shown_as::zeros_between, shown_as::nothing});
  api.zone_h = *rc::gen::inRange(-11, 13);
  api.zero_counts = *rc::gen::arbitrary<bool>();
  api.since_is_excluded = *rc::gen::arbitrary<bool>();
  api.until_is_included = *rc::gen::arbitrary<bool>();
  api.percent_lost = drawn({0, 3, 10, 40, 100});
  api.loss = {drawn({400, 410, 502}), api.loss.body};
  api.random.seed(*rc::gen::arbitrary<std::uint32_t>());
  api.make_events();
  return api;
}

/// What was read of a slice by one process after the other; nothing if it ended with an error, or never.
std::optional<std::set<std::string>> read_in_lives(http_source_options options, slice_id slice, std::size_t batches) {
  std::set<std::string> found;
  std::optional<std::string> position;
  fake_time clock;
  for (int life = 0; life < 200; ++life) {
    metrics counters;
    const auto source = make_http_source(make_http_api(options, counters, clock.as_timing()), slice);
    try {
      source->open(position, {});
      for (std::size_t i = 0; i < batches; ++i) {
        const auto b = source->read();
        if (!b) {
          return found;
        }
        std::vector<std::string> ids;
        append_ids(*b, ids);
        found.insert(ids.begin(), ids.end());
        position = b->position;
        if (b->last) {
          return found;
        }
      }
    } catch (const error&) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

/// How the property was met, where few cursors or none were lost.
struct tally {
  int runs = 0;
  int errors = 0;
};

void lose_none_without_an_error(tally& few_lost) {
  odd_api api = drawn_api();
  const http_server server(std::ref(api));
  http_source_options options;
  options.base_url = server.url("/api/v1");
  options.api_key = "key-0815";
  options.endpoint = http_endpoint::stream;
  options.batch_size = *rc::gen::inRange<std::size_t>(5, 60);
  options.retry.max_attempts = 3;
  const std::size_t batches = drawn<std::size_t>({4, 1000});
  if (*rc::gen::arbitrary<bool>()) {
    options.windows = {{std::nullopt, 1'769'000'000'000 - 200 * api.step_ms}};
    options.windows.push_back({options.windows.front().until_ms, std::nullopt});
  }
  few_lost.runs += api.percent_lost <= 10 ? 1 : 0;
  std::set<std::string> all;
  for (std::size_t s = 0; s < std::max<std::size_t>(options.windows.size(), 1); ++s) {
    auto part = read_in_lives(options, s, batches);
    RC_TAG(part.has_value() ? "read" : "ended with an error");
    if (!part) {
      few_lost.errors += api.percent_lost <= 10 ? 1 : 0;
      RC_ASSERT(api.percent_lost > 0);
      return;
    }
    all.merge(*part);
  }
  RC_ASSERT(all.size() == api.events.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lost_cursors)

BOOST_AUTO_TEST_CASE(lose_no_event_without_an_error) {
  log::configure(log::format::json, log::level::error);
  tally few_lost;
  BOOST_TEST(
      rc::check("every event is read, or the run ends with an error", [&] { lose_none_without_an_error(few_lost); }));
  BOOST_TEST(few_lost.errors * 4 <= few_lost.runs,
             few_lost.errors << " of " << few_lost.runs << " ended with an error");
}

BOOST_AUTO_TEST_SUITE_END()
