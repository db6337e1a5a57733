#include "settings/settings_help.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

#include "settings/setting_definition.hpp"

using ingest::command;

BOOST_AUTO_TEST_SUITE(help_on_settings)

BOOST_AUTO_TEST_CASE(shows_flag_variable_range_unit_and_default) {
  const std::string help = settings_help(command::run);
  BOOST_TEST(help.find("  --batch-size N\n      Events asked for in a request.\n"
                       "      [BATCH_SIZE; 1 … 5000 events; default 5000]\n") != std::string::npos);
  BOOST_TEST(help.find("(no flag) TARGET_API_KEY") != std::string::npos);
  BOOST_TEST(help.find("--keep-segments[=BOOL]") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(is_limited_to_what_the_command_uses) {
  for (const command c :
       {command::run, command::fetch, command::load, command::status, command::validate, command::discover}) {
    const std::string help = settings_help(c);
    for (const auto& d : ingest::setting_definitions()) {
      const bool shown = help.find("[" + std::string(d.name) + ";") != std::string::npos;
      BOOST_TEST(shown == d.used_by(c), d.name);
    }
  }
}

BOOST_AUTO_TEST_CASE(keeps_to_100_columns) {
  std::istringstream lines(settings_help(command::run));
  for (std::string line; std::getline(lines, line);) {
    BOOST_TEST(line.size() <= 102u, line);  // an ellipsis is three bytes
  }
}

BOOST_AUTO_TEST_CASE(is_what_docs_settings_md_says) {
  std::ifstream file(INGEST_SOURCE_DIR "/docs/settings.md");
  std::ostringstream text;
  text << file.rdbuf();
  BOOST_TEST(
      (text.str() == ingest::settings_markdown()),
      "docs/settings.md is out of date; run: build/release/bin/ingest help-settings --markdown > docs/settings.md");
}

BOOST_AUTO_TEST_SUITE_END()
