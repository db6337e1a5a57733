// ingestion.state, as a crash, a disk or a person may have left it.
#include "buffer/run_state.hpp"
#include "fuzz/fuzz_target.hpp"

using namespace ingest;
using namespace ingest::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  run_state state;
  if (const auto refused = refusal_of([&] { state = parse_run_state(text); })) {
    require(refused->code() == errc::bad_data, "a state that cannot be read is bad data");
    return 0;
  }
  const std::string written = to_json(state);
  const run_state again = parse_run_state(written);
  require(to_json(again) == written, "a state that was read can be written and read again");
  require(again.loaded == state.loaded && again.slices == state.slices && again.identity == state.identity,
          "and says the same");
  return 0;
}
