// When syncs begin: lines of cron against times worked out by hand, and the planner against years of a clock that a
// test turns.
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "ingest/error.hpp"
#include "serve/schedule.hpp"
#include "serve/sync_planner.hpp"
#include "settings/setting_text.hpp"

using namespace ingest;
using namespace ingest::app;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

wall_time at(const std::string& text) {
  return wall_time(std::chrono::duration_cast<seconds>(std::chrono::milliseconds(detail::parse_time(text).value())));
}

std::string text_of(wall_time t) {
  return detail::date_of(t.time_since_epoch().count());
}

std::string next(const std::string& line, const std::string& after, const std::string& zone = "UTC") {
  return text_of(*schedule(line, zone).next_after(at(after)));
}

std::string refusal(const std::string& line, const std::string& zone = "UTC") {
  try {
    schedule made(line, zone);
    return "taken";
  } catch (const error& e) {
    BOOST_TEST(name_of(e.code()) == "config");
    return e.what();
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_line_of_cron)

BOOST_AUTO_TEST_CASE(is_due_at_the_minutes_that_it_names) {
  BOOST_TEST(next("*/15 * * * *", "2026-11-30T03:00:00Z") == "2026-11-30T03:15:00Z");
  BOOST_TEST(next("*/15 * * * *", "2026-11-30T03:59:59Z") == "2026-11-30T04:00:00Z");
  BOOST_TEST(next("5-50/20 * * * *", "2026-11-30T03:26:00Z") == "2026-11-30T03:45:00Z");
  BOOST_TEST(next("7 4,16 * * *", "2026-11-30T04:07:00Z") == "2026-11-30T16:07:00Z");
  BOOST_TEST(next("30 2 * * *", "2026-12-31T02:30:00Z") == "2027-01-01T02:30:00Z");
  BOOST_TEST(next("0\t0  1  jan-mar\t*", "2026-11-30T00:00:00Z") == "2027-01-01T00:00:00Z");
  BOOST_TEST(next("0 0 29 2 *", "2026-01-01T00:00:00Z") == "2028-02-29T00:00:00Z");
  BOOST_TEST(next("0 0 29 2 *", "2096-03-01T00:00:00Z") == "2104-02-29T00:00:00Z");
  BOOST_TEST(next("@hourly", "2026-11-30T03:00:00Z") == "2026-11-30T04:00:00Z");
  BOOST_TEST(next("@weekly", "2026-11-30T03:00:00Z") == "2026-12-06T00:00:00Z");
  BOOST_TEST(next("@YEARLY", "2026-11-30T03:00:00Z") == "2027-01-01T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(takes_either_day_where_both_are_restricted) {
  BOOST_TEST(next("0 9 * * mon-fri", "2026-11-27T09:00:00Z") == "2026-11-30T09:00:00Z");
  BOOST_TEST(next("0 9 * * 7", "2026-11-30T00:00:00Z") == "2026-12-06T09:00:00Z");
  BOOST_TEST(next("0 9 * * 0", "2026-11-30T00:00:00Z") == "2026-12-06T09:00:00Z");
  BOOST_TEST(next("0 9 * * 5-7", "2026-11-30T00:00:00Z") == "2026-12-04T09:00:00Z");
  BOOST_TEST(next("0 9 13 * fri", "2026-11-30T00:00:00Z") == "2026-12-04T09:00:00Z");
  BOOST_TEST(next("0 9 13 * fri", "2026-12-11T09:00:00Z") == "2026-12-13T09:00:00Z");
  BOOST_TEST(next("0 9 */2 * fri", "2026-12-01T09:00:00Z") == "2026-12-11T09:00:00Z");  // as in Vixie's cron: both
}

BOOST_AUTO_TEST_CASE(goes_by_the_clocks_of_its_zone) {
  BOOST_TEST(next("30 2 * * *", "2026-11-30T00:00:00Z", "Europe/Berlin") == "2026-11-30T01:30:00Z");
  BOOST_TEST(next("30 2 * * *", "2026-07-01T01:00:00Z", "Europe/Berlin") == "2026-07-02T00:30:00Z");
  BOOST_TEST(next("0 9 * * *", "2026-11-30T00:00:00Z", "Asia/Kathmandu") == "2026-11-30T03:15:00Z");
  BOOST_TEST(next("0 0 * * mon", "2026-11-29T09:00:00Z", "Pacific/Kiritimati") == "2026-11-29T10:00:00Z");
}

BOOST_AUTO_TEST_CASE(is_due_once_where_clocks_are_put_forward_and_back) {
  // 29 March 2026, 02:00 is 03:00 in Berlin; 25 October, 03:00 is 02:00 again.
  BOOST_TEST(next("30 2 * * *", "2026-03-28T12:00:00Z", "Europe/Berlin") == "2026-03-29T01:00:00Z");
  BOOST_TEST(next("30 2 * * *", "2026-03-29T01:00:00Z", "Europe/Berlin") == "2026-03-30T00:30:00Z");
  BOOST_TEST(next("30 2 * * *", "2026-10-24T12:00:00Z", "Europe/Berlin") == "2026-10-25T00:30:00Z");
  BOOST_TEST(next("30 2 * * *", "2026-10-25T00:30:00Z", "Europe/Berlin") == "2026-10-26T01:30:00Z");
  // A line of all hours goes by the time that passes.
  BOOST_TEST(next("30 * * * *", "2026-10-25T00:30:00Z", "Europe/Berlin") == "2026-10-25T01:30:00Z");
  BOOST_TEST(next("*/30 * * * *", "2026-03-29T00:30:00Z", "Europe/Berlin") == "2026-03-29T01:00:00Z");
  // Half an hour on Lord Howe Island; a day that never was on Samoa.
  BOOST_TEST(next("15 2 * * *", "2026-10-03T12:00:00Z", "Australia/Lord_Howe") == "2026-10-03T15:30:00Z");
  BOOST_TEST(next("0 12 30 12 *", "2011-12-01T00:00:00Z", "Pacific/Apia") == "2011-12-30T10:00:00Z");
}

BOOST_AUTO_TEST_CASE(misses_and_doubles_nothing_in_years_of_daylight_saving) {
  for (const char* const zone : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "UTC"}) {
    const schedule quarters("*/15 * * * *", zone);
    wall_time t = at("2026-03-01T00:00:00Z");
    while (t < at("2026-05-01T00:00:00Z")) {
      const wall_time then = *quarters.next_after(t);
      BOOST_REQUIRE_MESSAGE(then - t == minutes(15), zone << " behind " << text_of(t) << ": " << text_of(then));
      t = then;
    }
    const schedule nightly("10 0 * * *", zone);
    int nights = 0;
    for (t = at("2025-12-31T23:00:00Z"); t < at("2030-12-31T23:00:00Z"); ++nights) {
      const wall_time then = *nightly.next_after(t);
      BOOST_REQUIRE_MESSAGE(then - t >= (nights == 0 ? hours(0) : hours(22)) && then - t <= hours(26),
                            zone << " behind " << text_of(t) << ": " << text_of(then));
      t = then;
    }
    BOOST_TEST(std::abs(nights - 1826) <= 1, zone << ": " << nights);
  }
}

BOOST_AUTO_TEST_CASE(that_is_none_is_refused_with_what_is_wrong) {
  const std::vector<std::pair<std::string, std::string>> lines = {
      {"", "is no schedule"},
      {"* * * *", "is no schedule"},
      {"0 2 * * * root", "is no schedule"},
      {"every", "is no schedule"},
      {"every 15", "write every 30s, 15min, 2h or 1d"},
      {"every 0s", "write every 30s"},
      {"every 500ms", "write every 30s"},
      {"60 * * * *", "\"60\" is no minute"},
      {"0 24 * * *", "\"24\" is no hour"},
      {"0 0 0 * *", "\"0\" is no day"},
      {"0 0 32 * *", "\"32\" is no day"},
      {"0 0 * 13 *", "\"13\" is no month"},
      {"0 0 * feb,xyz *", "\"xyz\" is no month"},
      {"0 0 * * 8", "\"8\" is no weekday"},
      {"0 0 * * mon#2", "\"mon#2\" is no weekday"},
      {"0 0 L * *", "\"l\" is no day"},
      {"30-10 * * * *", "\"30-10\" is no minute"},
      {"*/0 * * * *", "\"0\" is no minute"},
      {"*/90 * * * *", "\"90\" is no minute"},
      {"0 */25 * * *", "\"25\" is no hour"},
      {"1/2/3 * * * *", "\"1/2/3\" is no minute"},
      {"-5 * * * *", "is no minute"},
      {"1,,2 * * * *", "is no minute"},
      {"0 0 31 2 *", "no year has the day"},
      {"0 0 30 feb *", "no year has the day"},
  };
  for (const auto& [line, part] : lines) {
    const std::string why = refusal(line);
    BOOST_TEST(why.find(part) != std::string::npos, line + ": " + why);
  }
  BOOST_TEST(refusal("0 2 * * *", "Europe/Bonn").find("no time zone \"Europe/Bonn\"") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_schedule_in_steps_counts_from_1970_and_not_from_when_it_began) {
  BOOST_TEST(next("every 15min", "2026-11-30T03:00:00Z") == "2026-11-30T03:15:00Z");
  BOOST_TEST(next("every 15 min", "2026-11-30T03:14:59Z") == "2026-11-30T03:15:00Z");
  BOOST_TEST(next("every 2h", "2026-11-30T03:00:00Z") == "2026-11-30T04:00:00Z");
  BOOST_TEST(next("every 1d", "2026-11-30T03:00:00Z") == "2026-12-01T00:00:00Z");
  BOOST_TEST(next(" every 30s ", "2026-11-30T03:00:00Z") == "2026-11-30T03:00:30Z");
  BOOST_TEST(!schedule("@manual").next_after(at("2026-11-30T03:00:00Z")).has_value());
  BOOST_TEST(schedule("continuous").is_continuous());
}

namespace {

/// A clock that a test turns.
struct turned_clock {
  clock_reading now{at("2026-01-01T00:00:00Z"), seconds(1000)};

  void pass(seconds time) {
    now.wall += time;
    now.steady += time;
  }
};

struct planned {
  explicit planned(const std::string& when, sync_rules rules = {schedule("@manual")}, sync_memory remembered = {})
      : planner((rules.when = schedule(when), rules), remembered, clock.now) {}

  /// Whether a sync begins; if so it has.
  bool begins() {
    if (!planner.wants_to_begin(clock.now)) {
      return false;
    }
    planner.began(clock.now);
    return true;
  }
  bool begins_after(seconds time) {
    clock.pass(time);
    return begins();
  }
  void ends(sync_outcome outcome = sync_outcome::complete) { planner.ended(outcome, clock.now); }

  turned_clock clock;
  sync_planner planner;
};

sync_rules rules_with(std::uint64_t retries, seconds wait, overlap_policy overlap = overlap_policy::skip) {
  sync_rules rules{schedule("@manual")};
  rules.retries = retries;
  rules.retry_wait = wait;
  rules.overlap = overlap;
  return rules;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_sync)

BOOST_AUTO_TEST_CASE(begins_when_its_schedule_says_so_and_not_before) {
  planned p("every 15min");
  BOOST_TEST(!p.begins());
  BOOST_TEST(!p.begins_after(minutes(14) + seconds(59)));
  BOOST_TEST(p.planner.quiet_for(p.clock.now).value() == seconds(1));
  BOOST_TEST(p.begins_after(seconds(1)));
  BOOST_TEST(!p.begins());
  p.ends();
  BOOST_TEST(!p.begins());
  BOOST_TEST(p.begins_after(minutes(15)));
}

BOOST_AUTO_TEST_CASE(that_is_due_while_one_runs_is_left_out_or_queued) {
  planned skipping("every 15min");
  BOOST_TEST(skipping.begins_after(minutes(15)));
  BOOST_TEST(!skipping.begins_after(minutes(40)));
  skipping.ends();
  BOOST_TEST(!skipping.begins());
  BOOST_TEST(skipping.begins_after(minutes(5)));

  planned queueing("every 15min", rules_with(0, seconds(60), overlap_policy::queue));
  BOOST_TEST(queueing.begins_after(minutes(15)));
  BOOST_TEST(!queueing.begins_after(minutes(40)));
  queueing.ends();
  BOOST_TEST(queueing.begins());
  queueing.ends();
  BOOST_TEST(!queueing.begins());  // one makes up for both
}

BOOST_AUTO_TEST_CASE(
    may_have_been_begun_by_another_machine_since_the_moment_that_it_is_wanted_for_and_not_for_the_one_before) {
  planned p("every 15min", rules_with(3, seconds(60)));
  const auto within = [&] { return p.planner.within(p.clock.now); };
  BOOST_TEST(within() == seconds(0));
  p.clock.pass(minutes(15) + seconds(2));
  BOOST_TEST(p.planner.wants_to_begin(p.clock.now));
  BOOST_TEST(within() == seconds(7));
  BOOST_TEST(p.begins());
  p.ends(sync_outcome::failed);
  BOOST_TEST(p.begins_after(seconds(60)));
  BOOST_TEST(within() == seconds(67), "it is tried again for the same moment");
  p.ends();
  p.planner.order();
  BOOST_TEST(within() == seconds(0), "a person wants one from here");
  BOOST_TEST(p.begins());
  p.ends();
  p.clock.pass(hours(10));
  BOOST_TEST(p.planner.wants_to_begin(p.clock.now));
  BOOST_TEST(within() < minutes(8), "of ten hours another machine has left out none, perhaps");
  planned fast("every 4s");
  fast.clock.pass(seconds(5));
  BOOST_TEST(fast.planner.wants_to_begin(fast.clock.now));
  BOOST_TEST(within() > seconds(0));
  BOOST_TEST(fast.planner.within(fast.clock.now) <= seconds(2), "the last one of its own is no other's");
}

BOOST_AUTO_TEST_CASE(that_was_missed_while_no_service_was_there_begins_at_once_and_once) {
  planned before("30 2 * * *");
  BOOST_TEST(before.begins_after(hours(3)));
  before.ends();
  sync_memory memory = before.planner.memory();

  planned after("30 2 * * *", {schedule("@manual")}, memory);
  after.clock.now.wall = at("2026-01-05T12:00:00Z");
  BOOST_TEST(after.begins());
  after.ends();
  BOOST_TEST(!after.begins());
  BOOST_TEST(text_of(after.planner.next_begin(after.clock.now).value()) == "2026-01-06T02:30:00Z");
}

BOOST_AUTO_TEST_CASE(of_a_new_pipeline_waits_for_its_first_moment) {
  planned p("30 2 * * *");
  p.clock.now.wall = at("2026-01-01T00:00:10Z");
  BOOST_TEST(!p.begins());
  BOOST_TEST(text_of(p.planner.next_begin(p.clock.now).value()) == "2026-01-01T02:30:00Z");
}

BOOST_AUTO_TEST_CASE(that_was_open_when_the_service_ended_begins_at_once_whatever_its_schedule) {
  planned before("every 1d");
  BOOST_TEST(before.begins_after(hours(24)));
  const sync_memory killed = before.planner.memory();
  before.ends(sync_outcome::interrupted);
  for (const sync_memory& memory : {killed, before.planner.memory()}) {
    BOOST_TEST(memory.is_open);
    for (const char* const when : {"every 1d", "@manual"}) {
      planned after(when, {schedule("@manual")}, memory);
      BOOST_TEST(after.begins(), when);
    }
  }
  BOOST_TEST(before.begins());  // in the same service, as its file says now
}

BOOST_AUTO_TEST_CASE(that_a_person_has_stopped_stays_so_until_its_next_moment) {
  planned p("every 1d");
  BOOST_TEST(p.begins_after(hours(24)));
  p.ends(sync_outcome::stopped);
  BOOST_TEST(!p.begins_after(hours(1)));
  planned after("every 1d", {schedule("@manual")}, p.planner.memory());
  BOOST_TEST(!after.begins());
  planned endless("continuous");
  BOOST_TEST(endless.begins());
  endless.ends(sync_outcome::stopped);
  BOOST_TEST(!endless.begins_after(hours(48)));
  endless.planner.order();
  BOOST_TEST(endless.begins());
  endless.ends();
  BOOST_TEST(endless.begins_after(seconds(1)));
}

BOOST_AUTO_TEST_CASE(that_a_person_has_stopped_stays_so_over_restarts_and_changes_of_all_but_the_schedule) {
  const sync_rules other_retries = rules_with(5, seconds(7));
  planned endless("continuous");
  BOOST_TEST(endless.begins());
  endless.planner.stop();
  const sync_memory killed_meanwhile = endless.planner.memory();
  endless.ends(sync_outcome::stopped);
  for (const sync_memory& memory : {killed_meanwhile, endless.planner.memory()}) {
    planned after("continuous", other_retries, memory);
    BOOST_TEST(!after.begins_after(hours(48)));
    sync_rules changed = rules_with(2, seconds(9));
    changed.when = schedule("continuous");
    after.planner.change(changed, after.clock.now);
    BOOST_TEST(!after.begins_after(hours(48)));
    after.planner.order();
    BOOST_TEST(after.begins());
    after.ends();
    BOOST_TEST(after.begins_after(seconds(1)));
  }
  planned killed("every 1d", other_retries, killed_meanwhile);
  BOOST_TEST(!killed.begins_after(hours(1)));
  BOOST_TEST(killed.begins_after(hours(24)));
  endless.planner.pause(true);
  endless.planner.pause(false);
  BOOST_TEST(endless.begins(), "somebody has resumed it");
}

BOOST_AUTO_TEST_CASE(that_a_person_stops_is_not_followed_by_another_however_it_ends) {
  for (const sync_outcome outcome : sync_outcomes) {
    for (const char* const when : {"continuous", "@manual"}) {
      planned p(when);
      p.planner.order();
      BOOST_TEST(p.begins());
      p.planner.stop();
      p.ends(outcome);
      BOOST_TEST(!p.begins_after(hours(48)), when << " " << name_of(outcome));
      planned after(when, {schedule("@manual")}, p.planner.memory());
      BOOST_TEST(!after.begins_after(hours(48)), when << " " << name_of(outcome));
    }
  }
}

BOOST_AUTO_TEST_CASE(that_was_a_retry_and_was_stopped_is_not_tried_again_by_the_next_service) {
  planned p("@manual");
  p.planner.order();
  BOOST_TEST(p.begins());
  p.ends(sync_outcome::failed);
  BOOST_TEST(p.begins_after(minutes(1)));
  p.ends(sync_outcome::stopped);
  planned after("@manual", {schedule("@manual")}, p.planner.memory());
  BOOST_TEST(!after.begins_after(hours(48)));
  BOOST_TEST(after.planner.memory().failures == 1u);
}

BOOST_AUTO_TEST_CASE(that_would_be_tried_again_can_be_taken_back) {
  for (const sync_outcome outcome : {sync_outcome::failed, sync_outcome::taken}) {
    planned p("@manual");
    p.planner.order();
    BOOST_TEST(p.begins());
    p.ends(outcome);
    BOOST_TEST(p.planner.withdraw());
    BOOST_TEST(!p.planner.withdraw());
    BOOST_TEST(!p.begins_after(hours(48)));
    planned after("@manual", {schedule("@manual")}, p.planner.memory());
    BOOST_TEST(!after.begins_after(hours(48)));
  }
}

BOOST_AUTO_TEST_CASE(that_is_wanted_or_ordered_outlives_the_service_and_a_changed_file) {
  planned due("every 1d");
  due.clock.pass(hours(24));
  BOOST_TEST(due.planner.wants_to_begin(due.clock.now));
  planned ordered("@manual");
  ordered.planner.order();
  for (planned* const p : {&due, &ordered}) {
    planned after("@manual", {schedule("@manual")}, p->planner.memory());
    BOOST_TEST(after.begins());
    p->planner.change(rules_with(5, seconds(7)), p->clock.now);
    BOOST_TEST(p->begins());
  }
}

BOOST_AUTO_TEST_CASE(can_be_taken_back_before_it_begins) {
  planned p("every 1d");
  BOOST_TEST(!p.planner.withdraw());
  p.planner.order();
  BOOST_TEST(p.planner.withdraw());
  BOOST_TEST(!p.begins());
}

BOOST_AUTO_TEST_CASE(of_another_schedule_does_not_begin_for_a_moment_that_was_none_then) {
  planned p("@manual");
  p.clock.pass(hours(36));
  BOOST_TEST(!p.begins());
  sync_rules nightly = rules_with(3, minutes(1));
  nightly.when = schedule("0 2 * * *");
  p.planner.change(nightly, p.clock.now);
  BOOST_TEST(!p.begins());
  BOOST_TEST(p.begins_after(hours(14)));
}

BOOST_AUTO_TEST_CASE(that_has_failed_is_tried_again_after_times_that_double_and_then_by_schedule) {
  planned p("every 1d", rules_with(3, minutes(1)));
  BOOST_TEST(p.begins_after(hours(24)));
  for (const int wait : {1, 2, 4}) {
    p.ends(sync_outcome::failed);
    BOOST_TEST(!p.begins_after(minutes(wait) - seconds(1)));
    BOOST_TEST(p.begins_after(seconds(1)));
  }
  p.ends(sync_outcome::failed);
  BOOST_TEST(p.planner.memory().failures == 4);
  BOOST_TEST(!p.begins_after(hours(12)));
  BOOST_TEST(p.begins_after(hours(12)));
  p.ends();
  BOOST_TEST(p.planner.memory().failures == 0);
}

BOOST_AUTO_TEST_CASE(that_is_refused_is_not_tried_again_before_its_next_moment) {
  planned p("every 1h", rules_with(3, minutes(1)));
  BOOST_TEST(p.begins_after(hours(1)));
  p.ends(sync_outcome::refused);
  BOOST_TEST(!p.begins_after(minutes(59)));
  BOOST_TEST(p.begins_after(minutes(1)));
}

BOOST_AUTO_TEST_CASE(is_tried_again_at_each_moment_however_many_have_failed_before) {
  planned p("every 1h", rules_with(1, minutes(1)));
  for (int moment = 0; moment < 3; ++moment) {
    BOOST_TEST(p.begins_after(moment == 0 ? minutes(60) : minutes(59)));
    p.ends(sync_outcome::failed);
    BOOST_TEST(p.begins_after(minutes(1)), moment);
    p.ends(sync_outcome::failed);
    BOOST_TEST(!p.begins_after(seconds(0)));
  }
  BOOST_TEST(p.planner.memory().failures == 6);
}

BOOST_AUTO_TEST_CASE(whose_pipeline_another_process_has_is_tried_again_soon_and_is_a_failure_if_that_lasts) {
  planned p("every 1d");
  BOOST_TEST(p.begins_after(hours(24)));
  p.ends(sync_outcome::taken);
  BOOST_TEST(p.planner.memory().failures == 0);
  BOOST_TEST(p.planner.memory().is_open);  // a service that starts now goes on with it
  BOOST_TEST(!p.begins_after(seconds(9)));
  BOOST_TEST(p.begins_after(seconds(1)));
  for (const int wait : {20, 40, 80, 160}) {
    p.ends(sync_outcome::taken);
    BOOST_TEST(p.begins_after(seconds(wait)));
  }
  BOOST_TEST(p.planner.memory().failures == 0);
  p.ends(sync_outcome::taken);
  BOOST_TEST(p.planner.memory().failures == 1);
}

BOOST_AUTO_TEST_CASE(is_retried_by_a_service_that_was_started_anew) {
  sync_memory memory;
  memory.due = at("2025-12-31T23:59:00Z");
  memory.failures = 2;
  memory.attempts = 2;
  planned p("every 1d", rules_with(3, minutes(1)), memory);
  BOOST_TEST(p.begins());  // the moment at midnight was missed
  planned q("@manual", rules_with(3, minutes(1)), memory);
  BOOST_TEST(!q.begins());
  BOOST_TEST(q.begins_after(minutes(1)));
}

BOOST_AUTO_TEST_CASE(does_not_begin_while_its_pipeline_is_paused_but_when_it_is_ordered) {
  planned p("every 15min");
  p.planner.pause(true);
  BOOST_TEST(!p.begins_after(minutes(20)));
  BOOST_TEST(!p.planner.next_begin(p.clock.now).has_value());
  p.planner.order();
  BOOST_TEST(p.begins());
  p.ends();
  BOOST_TEST(!p.begins_after(minutes(60)));
  BOOST_TEST(p.planner.memory().is_paused);
  p.planner.pause(false);
  BOOST_TEST(p.begins());
}

BOOST_AUTO_TEST_CASE(of_a_continuous_schedule_follows_the_one_before_and_waits_where_that_has_failed) {
  planned p("continuous", rules_with(0, minutes(1)));
  BOOST_TEST(p.begins());
  p.ends();
  BOOST_TEST(p.begins_after(seconds(1)));
  p.ends(sync_outcome::failed);
  BOOST_TEST(!p.begins_after(minutes(59)));
  BOOST_TEST(p.begins_after(minutes(1)));
}

BOOST_AUTO_TEST_CASE(does_not_wait_for_a_time_to_come_again_where_the_calendar_is_put_back) {
  planned p("every 15min");
  BOOST_TEST(p.begins_after(minutes(15)));
  p.ends();
  p.clock.now.wall -= hours(24 * 365);
  BOOST_TEST(!p.begins());
  BOOST_TEST(p.begins_after(minutes(15)));
  p.ends();
  p.clock.now.wall += hours(24 * 365);  // forward: one sync, not thousands
  BOOST_TEST(p.begins());
  p.ends();
  BOOST_TEST(!p.begins());
}

BOOST_AUTO_TEST_CASE(is_spread_behind_each_moment_by_the_same_share) {
  sync_rules rules{schedule("@manual")};
  rules.spread = seconds(100);
  planned p("every 15min", rules);
  BOOST_TEST(!p.begins_after(seconds(99)));
  BOOST_TEST(p.begins_after(seconds(1)));
  p.ends();
  BOOST_TEST(!p.begins_after(minutes(15) - seconds(1)));
  BOOST_TEST(p.begins_after(seconds(1)));
}

/// Five years of syncs each quarter of an hour, with outages, a service that is killed and started anew, a calendar
/// that is put, and syncs that take long. Nothing may drift, be left out for longer than what happens explains, or run
/// twice.
BOOST_AUTO_TEST_CASE(five_years_of_quarters_leave_none_out_and_begin_none_twice) {
  std::mt19937_64 random(5);
  const auto roll = [&](int one_in) { return std::uniform_int_distribution<int>(1, one_in)(random) == 1; };
  const auto up_to = [&](int most) { return seconds(std::uniform_int_distribution<int>(1, most)(random)); };
  const schedule quarters("*/15 * * * *", "Europe/Berlin");
  sync_rules rules = rules_with(3, minutes(1));
  rules.when = quarters;
  turned_clock clock;
  auto planner = std::make_unique<sync_planner>(rules, sync_memory(), clock.now);
  std::uint64_t begun = 0;
  std::uint64_t failed = 0;
  seconds idle(0);  // without a sync although nothing hinders one
  const wall_time end = at("2031-01-01T00:00:00Z");
  while (clock.now.wall < end) {
    if (planner->wants_to_begin(clock.now)) {
      BOOST_REQUIRE(!planner->is_running());
      planner->began(clock.now);
      ++begun;
      idle = seconds(0);
      const bool is_killed = roll(5000);
      clock.pass(roll(500) ? up_to(7200) : up_to(300));
      if (is_killed) {
        // The service with it, for up to three days.
        const sync_memory memory = planner->memory();
        clock.pass(up_to(3 * 86400));
        planner = std::make_unique<sync_planner>(rules, memory, clock.now);
        BOOST_REQUIRE(planner->wants_to_begin(clock.now));
        continue;
      }
      const bool fails = roll(50);
      failed += fails ? 1 : 0;
      planner->wants_to_begin(clock.now);
      planner->ended(fails ? sync_outcome::failed : sync_outcome::complete, clock.now);
    }
    const auto quiet = planner->quiet_for(clock.now);
    BOOST_REQUIRE(quiet.has_value());
    BOOST_REQUIRE(*quiet <= minutes(15));
    const seconds slept = std::max(*quiet, seconds(1));
    idle += slept;
    BOOST_REQUIRE_MESSAGE(idle <= minutes(16), "no sync since " << idle.count() << " s at " << text_of(clock.now.wall));
    clock.pass(slept);
    if (roll(20000)) {
      clock.now.wall += roll(2) ? up_to(86400) : -up_to(86400);
      idle = seconds(0);
    }
  }
  // 175,296 quarters, less those that were slept through, and retries beside them.
  BOOST_TEST(begun > 150'000);
  BOOST_TEST(begun < 175'296 + 2 * failed + 1000);
}

BOOST_AUTO_TEST_SUITE_END()
