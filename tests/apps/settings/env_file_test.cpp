#include "settings/env_file.hpp"

#include <boost/test/unit_test.hpp>

using ingest::env_entry;
using ingest::parse_env_file;

namespace {

std::string value_of(std::string_view line) {
  const auto entries = parse_env_file(line, ".env");
  BOOST_TEST_REQUIRE(entries.size() == 1u, line);
  return entries[0].value;
}

std::string complaint_about(std::string_view text) {
  try {
    parse_env_file(text, "x.env");
  } catch (const ingest::error& e) {
    BOOST_TEST(static_cast<int>(e.code()) == static_cast<int>(ingest::errc::config));
    return e.what();
  }
  return "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(env_files)

BOOST_AUTO_TEST_CASE(give_names_values_and_lines) {
  const auto entries = parse_env_file("# comment\r\n\r\nA=1\r\n  export B = two words  # why\nC=\nA=3", ".env");
  const std::vector<env_entry> expected{{"A", "1", 3}, {"B", "two words", 4}, {"C", "", 5}, {"A", "3", 6}};
  BOOST_TEST((entries == expected));
}

BOOST_AUTO_TEST_CASE(cut_comments_only_behind_a_blank) {
  BOOST_TEST(value_of("A=a#b") == "a#b");
  BOOST_TEST(value_of("A=a#b #c") == "a#b");
  BOOST_TEST(value_of("A= # c") == "");
  BOOST_TEST(value_of("A='x' # c") == "x");
}

BOOST_AUTO_TEST_CASE(unquote_and_unescape) {
  BOOST_TEST(value_of("A='a \\n # $x'") == "a \\n # $x");
  BOOST_TEST(value_of(R"(A="a\n\t\"\\\$ \d # b")") == "a\n\t\"\\$ \\d # b");
  BOOST_TEST(value_of("A=\"it's\"") == "it's");
  BOOST_TEST(value_of("A=it's") == "it's");
}

BOOST_AUTO_TEST_CASE(expand_nothing) {
  BOOST_TEST(value_of("A=$HOME${B}`date`") == "$HOME${B}`date`");
  BOOST_TEST(value_of("U=postgresql://me:p$w@h/d?x=y&z=1") == "postgresql://me:p$w@h/d?x=y&z=1");
}

BOOST_AUTO_TEST_CASE(may_name_a_variable_export_and_begin_with_a_byte_order_mark) {
  BOOST_TEST((parse_env_file("\xEF\xBB\xBF"
                             "export=1",
                             ".env") == std::vector<env_entry>{{"export", "1", 1}}));
}

BOOST_AUTO_TEST_CASE(are_refused_with_file_and_line_but_without_the_value) {
  BOOST_TEST(complaint_about("A=1\nsecret") == "x.env line 2: expected NAME=VALUE");
  BOOST_TEST(complaint_about("A='secret").starts_with("x.env line 1: a quote is not closed"));
  BOOST_TEST(complaint_about("A='s' ecret") == "x.env line 1: there is more behind the closing quote of A");
  BOOST_TEST(complaint_about("1A=secret").find("secret") == std::string::npos);
  BOOST_TEST(complaint_about("=x") != "none");
  BOOST_TEST(complaint_about(std::string_view("A=a\0b", 5)) == "x.env line 1: holds a NUL byte");
}

BOOST_AUTO_TEST_SUITE_END()
