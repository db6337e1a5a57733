// covers: the plan of a run, which is written as text and taken apart again: what was asked, and what was found since.
#include "run_plan.hpp"

#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"

using namespace ingest;
using namespace ingest::app;

namespace {

settings of_api() {
  settings s;
  s.api_base_url = "http://api.example.com";
  s.events_path = "/events";
  s.id_pointer = "/id";
  s.slices = 4;
  return s;
}

settings with_slices(std::optional<std::size_t> slices) {
  settings s = of_api();
  s.slices = slices;
  return s;
}

settings incremental(std::optional<std::size_t> slices = 1) {
  settings s = with_slices(slices);
  s.incremental = true;
  return s;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_plan)

BOOST_AUTO_TEST_CASE(that_leaves_nothing_open_is_settled_by_itself_only) {
  const settings s = of_api();
  const std::string plan = plan_of(s);
  BOOST_TEST(slices_in(plan) == 4u);
  BOOST_TEST(!leaves_edges_open(plan));
  BOOST_TEST(!leaves_sync_open(plan));
  BOOST_TEST(settles(plan, s));
  BOOST_TEST(!settles(plan, with_slices(5)));
  BOOST_TEST(!settles(plan, with_slices(std::nullopt)));
  settings later = s;
  later.since = 1;
  BOOST_TEST(!settles(plan, later));
  BOOST_TEST(may_repeat(plan));
  BOOST_TEST(watermark_of(plan).empty());
}

BOOST_AUTO_TEST_CASE(of_version_0_1_did_not_name_the_api) {
  std::string plan = plan_of(of_api());
  plan.erase(0, plan.find("SLICES="));
  BOOST_TEST(settles(plan, of_api()));
  BOOST_TEST(slices_in(plan) == 4u);
  BOOST_TEST(may_repeat(plan));
}

BOOST_AUTO_TEST_CASE(with_slices_that_are_to_be_found_is_settled_by_their_edges) {
  const settings s = with_slices(std::nullopt);
  const std::string open = plan_of(s);
  BOOST_TEST(leaves_edges_open(open));
  BOOST_TEST(slices_in(open) == 1u);
  const std::string found = with_edges(open, {{std::nullopt, 1000}, {1000, 2000}, {2000, std::nullopt}});
  BOOST_TEST(!leaves_edges_open(found));
  BOOST_TEST(slices_in(found) == 3u);
  BOOST_TEST(settles(found, s));
  const auto windows = windows_of(found, s);
  BOOST_REQUIRE(windows.size() == 3u);
  BOOST_TEST((windows[1] == time_window{1000, 2000}));
  const std::string whole = with_edges(open, {time_window{}});
  BOOST_TEST(!leaves_edges_open(whole));
  BOOST_TEST(slices_in(whole) == 1u);
  BOOST_TEST(windows_of(whole, s).empty());
}

BOOST_AUTO_TEST_CASE(of_a_sync_names_the_time_that_it_reads) {
  const settings s = incremental();
  const std::string open = plan_of(s);
  BOOST_TEST(leaves_sync_open(open));
  BOOST_TEST(windows_of(open, s).empty());
  const std::string plan = plan_of(s, {{1000, 5000}, 4500});
  BOOST_TEST(!leaves_sync_open(plan));
  BOOST_TEST((sync_window_of(plan) == time_window{1000, 5000}));
  BOOST_TEST((newest_in(plan) == 4500));
  BOOST_TEST(watermark_of(plan) == "5000");
  BOOST_TEST(parse_watermark("5000") == 5000);
  BOOST_TEST(settles(plan, s));
  BOOST_TEST(settles(plan, incremental(8)), "a sync goes on with the slices that it began with");
  BOOST_TEST(!settles(plan, of_api()));
  BOOST_TEST(settles(plan_of(of_api()), incremental()), "and may follow a run that was none");
  const std::string from_the_beginning = plan_of(s, {{std::nullopt, 5000}, std::nullopt});
  BOOST_TEST((sync_window_of(from_the_beginning) == time_window{std::nullopt, 5000}));
  BOOST_TEST(!newest_in(from_the_beginning).has_value());
}

BOOST_AUTO_TEST_CASE(of_a_sync_in_slices_has_both) {
  const settings s = incremental(std::nullopt);
  const std::string plan = with_edges(plan_of(s, {{1000, 5000}, 4500}), {{1000, 3000}, {3000, 5000}});
  BOOST_TEST((newest_in(plan) == 4500));
  BOOST_TEST((sync_window_of(plan) == time_window{1000, 5000}));
  BOOST_TEST(slices_in(plan) == 2u);
  BOOST_TEST((windows_of(plan, s).at(0) == time_window{1000, 3000}));
  BOOST_TEST(settles(plan, s));
}

BOOST_AUTO_TEST_CASE(keeps_apart_what_is_said_and_what_only_looks_like_it) {
  settings s = with_slices(std::nullopt);
  s.id_pointer = "/a SLICES=7 INCREMENTAL WINDOW=1..2 EDGES=5";
  const std::string plan = with_edges(plan_of(s), {{std::nullopt, 1000}, {1000, std::nullopt}});
  BOOST_TEST(slices_in(plan) == 2u);
  BOOST_TEST(settles(plan, s));
  const std::string of_file = "FROM=file:/srv/SLICES=9 SIZE=1 MODIFIED=1.0 ID_POINTER=/id";
  BOOST_TEST(slices_in(of_file) == 1u);
  BOOST_TEST(!may_repeat(of_file));
}

BOOST_AUTO_TEST_CASE(has_no_watermark_that_is_no_number) {
  for (const std::string text : {"", "12x", "1e3", "999999999999999999999", " 12"}) {
    BOOST_CHECK_THROW(parse_watermark(text), error);
  }
}

BOOST_AUTO_TEST_CASE(of_a_connector_holds_on_to_the_present_that_it_began_with) {
  const std::string open = "FROM=connector:/x.yaml MANIFEST=1 CONFIG=2 STREAM=a b ID_POINTER=/id";
  BOOST_TEST(finds_slices(open));
  BOOST_TEST(slices_in(open) == 0u);
  BOOST_TEST(leaves_present_open(open));
  const std::string plan = with_present(open, 1769541553629);
  BOOST_TEST(!leaves_present_open(plan));
  BOOST_TEST(present_in(plan).value() == 1769541553629);
  BOOST_TEST(!leaves_present_open("FROM=file:/x.csv ID_POINTER=/id"));
}

BOOST_AUTO_TEST_CASE(tells_whether_the_one_before_may_have_read_another_source) {
  const auto of = [](const std::string& file, const std::string& manifest, const std::string& config) {
    return "FROM=connector:" + file + " MANIFEST=" + manifest + " CONFIG=" + config +
           " STREAM=a ID_POINTER=/id READS=new PRESENT=17";
  };
  const std::string before = of("/a b/x.yaml", "11111111", "22222222");
  BOOST_TEST(difference_of_sources(before, before) == "");
  BOOST_TEST(difference_of_sources(before, of("/a b/x.yaml", "33333333", "22222222")) == "", "a manifest is mended");
  BOOST_TEST(difference_of_sources(before, of("/c/x.yaml", "11111111", "22222222")) == "", "or moved");
  BOOST_TEST(difference_of_sources(before, of("/c/x.yaml", "33333333", "22222222")) ==
             "that was FROM=connector:/a b/x.yaml, this is FROM=connector:/c/x.yaml");
  BOOST_TEST(difference_of_sources(before, of("/a b/x.yaml", "11111111", "44444444")) ==
             "the settings of its connection are others");
  const std::string tap = "FROM=singer:tap-a CONFIG=11111111 STREAM=a ID_POINTER=/id READS=new";
  BOOST_TEST(difference_of_sources(tap, tap) == "");
  BOOST_TEST(difference_of_sources(tap, "FROM=singer:tap-b CONFIG=11111111 STREAM=a ID_POINTER=/id READS=new") ==
             "that was FROM=singer:tap-a, this is FROM=singer:tap-b");
  BOOST_TEST(!difference_of_sources(tap, before).empty());
}

BOOST_AUTO_TEST_SUITE_END()
