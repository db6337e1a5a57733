// Templates of manifests, and texts that may be literals of Python. The first line is a record in JSON, if it is any.
#include "fuzz/fuzz_target.hpp"
#include "rest/expressions/interpolation.hpp"
#include "rest/expressions/literal.hpp"

using namespace ingest;
using namespace ingest::fuzz;
using namespace ingest::rest;

namespace {

value record_in(std::string_view line) {
  value read = value::dict_of({});
  if (const auto refused = refusal_of([&] { read = value::from_json(line); })) {
    require(refused->code() == errc::bad_data, "a text that is no JSON is refused as bad data");
    return read;
  }
  require(value::from_json(read.to_json()) == read, "a value's JSON is the value again");
  return read;
}

/// What is printed is a literal again, of the same value.
void check_literal(std::string_view text) {
  const auto read = expressions::literal(text);
  if (!read || read->kind() == value::kind::object) {
    return;
  }
  const std::string repr = read->to_repr();
  if (repr.find("inf") != std::string::npos || repr.find("b'") != std::string::npos ||
      repr.find("b\"") != std::string::npos) {
    return;
  }
  const auto again = expressions::literal(repr);
  require(again && again->to_repr() == repr, "a literal's repr is a literal of the same repr");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  input in(bytes, size);
  variables given;
  const value record = record_in(in.line());
  for (const char* const name : {"record", "config", "response", "stream_slice"}) {
    given.set(name, record);
  }
  given.tell_time_by(
      [] { return std::chrono::sys_time<std::chrono::microseconds>(std::chrono::seconds(1'700'000'000)); });
  check_literal(in.rest());
  const auto refused = refusal_of([&] {
    const interpolation parsed(std::string(in.rest()), "a fuzzer's template");
    const value result = parsed.evaluate(given);
    static_cast<void>(result.to_text());
    static_cast<void>(parsed.holds(given));
  });
  require(!refused || refused->code() == errc::config || refused->code() == errc::bad_data,
          "a template is refused as configuration, or for its data");
  return 0;
}
