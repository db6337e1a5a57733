// Whatever a tap or a source writes, each line is a message, is passed over, or ends with an error; records are JSON,
// and parts of the line. Catalogs and positions are read back as they were written.
#include "fuzz/fuzz_target.hpp"
#include "ingest/error.hpp"
#include "json/json_scanner.hpp"
#include "processes/airbyte_messages.hpp"
#include "processes/process_position.hpp"
#include "processes/singer_messages.hpp"
#include "processes/source_catalog.hpp"

using namespace ingest;
using namespace ingest::fuzz;
using namespace ingest::processes;

namespace {

bool is_json(std::string_view text) {
  try {
    detail::json_scanner in(text);
    in.value();
    in.finish();
    return true;
  } catch (const detail::json_fault&) {
    return false;
  }
}

void check(const message& m, std::string_view line) {
  if (m.what == message::kind::record) {
    require(is_json(m.record), "a record is JSON");
    require(m.record.data() >= line.data() && m.record.data() + m.record.size() <= line.data() + line.size(),
            "a record is a part of its line");
  }
  if (m.what == message::kind::refused) {
    require(!m.reason.empty(), "it is said why a record is refused");
  }
  if (m.what == message::kind::state) {
    require(m.state.find('\n') == std::string_view::npos && is_json(m.state), "a state is JSON on one line");
  }
}

void read_lines(message_reader& messages, std::string_view output) {
  try {
    for (;;) {
      const std::size_t end = output.find('\n');
      const std::string line(output.substr(0, end));  // bytes behind it are nobody's, as sanitizers see
      check(messages.read(line), line);
      if (end == std::string_view::npos) {
        break;
      }
      output.remove_prefix(end + 1);
    }
    messages.check_end();
  } catch (const error&) {
    // What is no message, and what a process says of its own failure.
  }
  messages.passed_over();
}

void read_streams(protocol p, std::string_view text) {
  try {
    for (const catalog_stream& stream : read_catalog(p, text)) {
      require(is_json(catalog_selecting(p, stream, stream.is_incremental, true)),
              "a catalog that is handed on is JSON");
    }
  } catch (const error& e) {
    require(e.code() == errc::bad_data, "a text that is no catalog is bad data");
  }
}

void read_position(std::string_view text) {
  try {
    const process_position position = process_position::parse(text);
    const std::string written = position.to_text();
    require(process_position::parse(written).to_text() == written, "a position reads back");
    process_position::parse_watermark(position.watermark());
  } catch (const error& e) {
    require(e.code() == errc::bad_data, "a text that is no position is bad data");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  input in(bytes, size);
  const auto what = in.byte() % 5;
  if (what == 0) {
    airbyte_messages messages("source", "users", "", "/id");
    read_lines(messages, in.rest());
  } else if (what == 1) {
    singer_messages messages("tap", {"users"}, {"id"}, "/id");
    read_lines(messages, in.rest());
  } else if (what == 2) {
    read_streams(protocol::airbyte, in.rest());
  } else if (what == 3) {
    read_streams(protocol::singer, in.rest());
  } else {
    read_position(in.rest());
  }
  return 0;
}
