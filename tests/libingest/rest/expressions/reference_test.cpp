// Templates made up by reference.py, evaluated here and by Python. More of them, or others: `-- COUNT [SEED]`; those of
// a file, a line of JSON each ({"template": …, "given": {…}}): `-- FILE`.
#define BOOST_TEST_MODULE reference
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>

#include "ingest/error.hpp"
#include "rest/expressions/interpolation.hpp"

using namespace ingest;
using rest::dictionary;
using rest::interpolation;
using rest::value;
using rest::variables;

namespace {

std::string argument(int place, const char* otherwise) {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  return suite.argc > place ? suite.argv[place] : otherwise;
}

/// The lines that a command prints.
class command_output {
 public:
  explicit command_output(const std::string& command) : pipe_(popen(command.c_str(), "r")) {}
  ~command_output() { finish(); }
  command_output(const command_output&) = delete;
  command_output& operator=(const command_output&) = delete;

  bool line(std::string& to) {
    to.clear();
    std::array<char, 4096> part{};
    while (pipe_ != nullptr && std::fgets(part.data(), part.size(), pipe_) != nullptr) {
      to += part.data();
      if (to.ends_with('\n')) {
        to.pop_back();
        return true;
      }
    }
    return !to.empty();
  }

  int finish() {
    const int status = pipe_ == nullptr ? 0 : pclose(pipe_);
    pipe_ = nullptr;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  }

 private:
  FILE* pipe_;
};

void set_all(variables& in, const value* members) {
  if (members != nullptr) {
    for (const auto& [name, content] : members->members()) {
      in.set(name.text(), content);
    }
  }
}

variables given_by(const value& header) {
  variables given;
  const double now = header.find("now")->real();
  given.tell_time_by([now] {
    return std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(std::llrint(now * 1e6)));
  });
  set_all(given, header.find("given"));
  if (const value* const slice = header.find("slice")) {
    const value partition = value::dict_of({{"id", *slice->find("id")}});
    given.set("stream_slice",
              value::dict_of(slice->members(),
                             {{"partition", partition},
                              {"_partition", partition},
                              {"cursor_slice", value::dict_of({{"start", *slice->find("start")}})},
                              {"extra_fields", value::dict_of({{"zone", value::text_of("Europe/Paris")}})}}));
  }
  return given;
}

std::string outcome_of(const std::string& text, const variables& given) {
  try {
    return interpolation(text, "").evaluate(given, value::text_of("DEFAULT")).to_repr();
  } catch (const error& e) {
    return std::string("error: ") + e.what();
  }
}

/// Bounds that Python does not have, complex numbers and ellipses, and reprs of what has none worth having.
bool may_differ(const std::string& text, const std::string& ours, const std::string& theirs) {
  const bool complex = text.find("1j") != std::string::npos || text.find("2j") != std::string::npos;
  static constexpr std::string_view bounds[] = {"64 bits",          "too large",       "too many steps",
                                                "not supported",    "nested",          "there is no filter",
                                                "there is no test", "span is too long"};
  static constexpr std::string_view addresses[] = {" object at 0x",    "<function ",    "Ellipsis", "MemoryError",
                                                   "<built-in method", "<bound method", "Markup("};
  const bool beyond = ours.starts_with("error: ") &&
                      std::any_of(std::begin(bounds), std::end(bounds),
                                  [&](std::string_view bound) { return ours.find(bound) != std::string::npos; });
  return beyond || complex || text.find("...") != std::string::npos ||
         std::any_of(std::begin(addresses), std::end(addresses),
                     [&](std::string_view address) { return theirs.find(address) != std::string::npos; });
}

}  // namespace

BOOST_AUTO_TEST_CASE(templates_give_what_they_give_in_python) {
  const std::string script = INGEST_SOURCE_DIR "/tests/libingest/rest/expressions/reference.py";
  const std::string asked_for = argument(1, "5000");
  const bool file = asked_for.find_first_not_of("0123456789") != std::string::npos;
  command_output python("/usr/bin/python3 '" + script + "' " +
                        (file ? "- < '" + asked_for + "'" : asked_for + " " + argument(2, "1")));
  std::string line;
  if (!python.line(line)) {
    const int status = python.finish();
    BOOST_REQUIRE_MESSAGE(status == 77 || status == 127, "reference.py failed");
    std::cout << "skipped: Python 3 with jinja2, dateutil and isodate is not installed" << std::endl;
    return;
  }
  const variables given = given_by(value::from_json(line));
  std::map<std::string, std::size_t> counts;
  while (python.line(line)) {
    const value asked = value::from_json(line);
    const std::string text = asked.find("template")->text();
    variables here(&given);
    set_all(here, asked.find("given"));
    const std::string ours = outcome_of(text, here);
    const value* const repr = asked.find("repr");
    const std::string theirs = repr != nullptr ? repr->text() : "error: " + asked.find("error")->text();
    const bool same = repr != nullptr ? ours == theirs : ours.starts_with("error: ");
    const char* const verdict = same                             ? (repr != nullptr ? "same values" : "same errors")
                                : may_differ(text, ours, theirs) ? "bounds and addresses"
                                                                 : "differences";
    if (++counts[verdict] <= 100 && verdict == std::string("differences")) {
      BOOST_ERROR("of " << value::text_of(text).to_repr() << "\n  here:   " << ours << "\n  Python: " << theirs);
    }
  }
  for (const auto& [verdict, number] : counts) {
    std::cout << number << " " << verdict << std::endl;
  }
  BOOST_TEST(python.finish() == 0);
  BOOST_TEST(counts["same values"] > 0U);
}
