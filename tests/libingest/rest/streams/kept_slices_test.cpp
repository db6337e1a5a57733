// The records of a parent stream, kept for all who need them; or not, where not all of them are there.
#define BOOST_TEST_MODULE kept_slices
#include <boost/test/unit_test.hpp>

#include <fstream>

#include "ingest/error.hpp"
#include "rest/streams/kept_slices.hpp"
#include "rest/streams/parent_spool.hpp"
#include "support/scratch_dir.hpp"

namespace {

using namespace ingest::rest;
using ingest::slice_id;

constexpr std::uint64_t mebibyte = 1 << 20;

struct kept_in_files {
  ingest::testing::scratch_dir directory;
  kept_parents parents{ingest::posix_file_system(), directory.path(), {"things"}, mebibyte};
  std::shared_ptr<parent_spool> spool = parents.of("things", "{}");
};

record_texts texts(std::initializer_list<std::string_view> records) {
  record_texts all;
  for (const std::string_view record : records) {
    all.append(record);
  }
  return all;
}

value part(const char* json) {
  return value::from_json(json);
}

std::string read_from(parent_records& records) {
  std::string all;
  records.begin();
  while (const auto page = records.next({})) {
    all += page->partition.to_json() + value::list_of(page->records).to_json() + "\n";
  }
  return all;
}

planned_slice slice_of(const char* partition) {
  planned_slice planned;
  planned.slice.part.values = value::from_json(partition);
  return planned;
}

stream_page page(std::initializer_list<std::string_view> records, std::string position, bool last = false) {
  return {texts(records), std::move(position), last};
}

parent_keeping into(const std::shared_ptr<parent_spool>& spool, bool is_believable = true) {
  return {spool, [is_believable](bool) { return is_believable; }};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(records_of_parents, kept_in_files)

BOOST_AUTO_TEST_CASE(are_given_as_often_as_they_are_asked_for) {
  BOOST_TEST(!spool->read());
  {
    const auto to = spool->write();
    BOOST_TEST(!spool->write(), "one writes");
    to->add(part(R"({"a":1})"), texts({R"({"id":1})", "{\n  \"id\": 2.50\n}"}));
    to->add(part("{}"), texts({}));
    to->add(part("{}"), texts({R"({"id":"ä"})"}));
    BOOST_TEST(!spool->read(), "not before all of it is there");
    to->finish();
  }
  const std::string all = "{\"a\":1}[{\"id\":1},{\"id\":2.50}]\n{}[{\"id\":\"ä\"}]\n";
  const auto first = spool->read();
  BOOST_TEST(read_from(*first) == all);
  BOOST_TEST(read_from(*first) == all);
  BOOST_TEST(read_from(*spool->read()) == all);
  BOOST_TEST(!spool->write());
  BOOST_TEST(std::filesystem::is_empty(directory.path()), "the file has no name");
}

BOOST_AUTO_TEST_CASE(are_forgotten_where_not_all_of_them_came) {
  spool->write()->add(part("{}"), texts({R"({"id":1})"}));
  BOOST_TEST(!spool->read());
  const auto again = spool->write();
  again->add(part("{}"), texts({R"({"id":2})"}));
  again->finish();
  BOOST_TEST(read_from(*spool->read()) == "{}[{\"id\":2}]\n");
}

BOOST_AUTO_TEST_CASE(are_not_kept_where_there_is_no_room) {
  const std::string large = '"' + std::string(mebibyte, 'x') + '"';
  const auto to = spool->write();
  to->add(part("{}"), texts({large}));
  to->add(part("{}"), texts({R"({"id":2})"}));
  to->finish();
  BOOST_TEST(!spool->read());
  BOOST_TEST(!spool->write());
  BOOST_TEST(!parents.of("others", "{}"), "nobody has asked for these");
  BOOST_TEST(parents.of("things", "{\"a\":1}") != spool, "another definition is another stream");
}

BOOST_AUTO_TEST_CASE(leave_nothing_behind_when_a_process_was_killed) {
  std::ofstream(directory.path() / "parents_1_1.spool") << "x";
  const kept_parents others(ingest::posix_file_system(), directory.path(), {});
  BOOST_TEST(std::filesystem::is_empty(directory.path()));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(slices_that_are_read_for_their_own_table, kept_in_files)

BOOST_AUTO_TEST_CASE(are_kept_once_all_of_them_have_ended) {
  const auto a = slice_of(R"({"p":"a"})");
  const auto b = slice_of(R"({"p":"b"})");
  kept_slices kept(into(spool));
  kept.begin();
  kept.name(1, a);
  kept.open(1, {});
  kept.take(1, a, page({"1"}, "x"));
  kept.name(2, b);
  kept.open(2, {});
  kept.take(2, b, page({"2"}, "y", true));
  kept.open(1, "x");  // by another reader
  kept.take(1, a, page({"3"}, "z", true));
  BOOST_TEST(!spool->read(), "there may be others");
  kept.all_named();
  BOOST_TEST(read_from(*spool->read()) == "{\"p\":\"a\"}[1]\n{\"p\":\"b\"}[2]\n{\"p\":\"a\"}[3]\n");
}

BOOST_AUTO_TEST_CASE(are_not_where_pages_may_be_missing_or_there_twice) {
  const auto a = slice_of("{}");
  const auto refused = [&](auto&& happens, bool is_believable = true) {
    kept_slices kept(into(spool, is_believable));
    kept.begin();
    happens(kept);
    kept.all_named();
    return !spool->read();
  };
  const auto read_all = [&](kept_slices& kept, int id) {
    kept.open(id, {});
    kept.take(id, a, page({"1"}, "x", true));
  };
  BOOST_TEST(refused([&](kept_slices& kept) {
    kept.name(1, a);  // it has ended in another process
  }));
  BOOST_TEST(refused([&](kept_slices& kept) {
    kept.name(1, a);
    kept.open(1, "from another process");
    kept.take(1, a, page({"1"}, "x", true));
  }));
  BOOST_TEST(refused([&](kept_slices& kept) {
    kept.name(1, a);
    kept.open(1, {});
    kept.take(1, a, page({"1"}, "x"));
    kept.open(1, {});  // the page was lost on its way
    kept.take(1, a, page({"1"}, "x", true));
  }));
  BOOST_TEST(refused([&](kept_slices& kept) {
    kept.name(1, a);
    kept.name(2, a);
    read_all(kept, 1);
    read_all(kept, 1);  // twice, and the other one never
  }));
  BOOST_TEST(refused([&](kept_slices& kept) {
    kept.give_up();  // what is older is in the table already
    kept.name(1, a);
    read_all(kept, 1);
  }));
  BOOST_TEST(refused([&](kept_slices& kept) {
    planned_slice of_parent;
    of_parent.of_parent = parent_watermark{"things", "2024-01-01"};
    kept.name(1, a);
    read_all(kept, 1);
    kept.name(2, of_parent);  // children of other parents are in the table already
    kept.open(2, {});
    kept.take(2, of_parent, page({}, "x", true));
  }));
  BOOST_TEST(refused([&](kept_slices& kept) {
    kept.name(1, a);
    kept.begin();  // its supply has failed
    kept.name(1, a);
    read_all(kept, 1);
  }));
  BOOST_TEST(refused(
      [&](kept_slices& kept) {
        kept.name(1, a);
        read_all(kept, 1);
      },
      false));
  BOOST_TEST(!refused([&](kept_slices& kept) {
    kept.name(1, a);
    read_all(kept, 1);
  }));
}

BOOST_AUTO_TEST_SUITE_END()
