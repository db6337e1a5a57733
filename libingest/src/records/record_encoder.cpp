#include "ingest/record_encoder.hpp"

#include "json/byte_scan.hpp"
#include "records/record_line.hpp"

namespace ingest {

namespace {

/// Appends `json` with the characters `Breaks` as blanks.
template <char... Breaks>
void append_on_one_line(std::string_view json, std::string& out) {
  const char* p = json.data();
  const char* const end = p + json.size();
  for (;;) {
    const char* const stop = detail::find_first<false, Breaks...>(p, end);
    out.append(p, stop);
    if (stop == end) {
      return;
    }
    out.push_back(' ');
    p = stop + 1;
  }
}

}  // namespace

void record_encoder::append_refused(std::string_view, std::string_view bytes, std::string& out) const {
  append(std::nullopt, bytes, out);
}

void keyed_encoder::append(std::optional<std::string_view> key, std::string_view json, std::string& out) const {
  if (key) {
    detail::append_key(*key, out);
  }
  out.push_back('\t');
  append_on_one_line<'\t', '\n', '\r'>(json, out);
  out.push_back('\n');
}

void keyed_encoder::append_refused(std::string_view reason, std::string_view bytes, std::string& out) const {
  out.push_back('\t');
  detail::append_escaped(bytes, out);
  out.push_back('\t');
  detail::append_escaped(reason, out);
  out.push_back('\n');
}

void ndjson_encoder::append(std::optional<std::string_view>, std::string_view json, std::string& out) const {
  append_on_one_line<'\n', '\r'>(json, out);
  out.push_back('\n');
}

}  // namespace ingest
