#include "ingest/row_encoder.hpp"

#include "json/byte_scan.hpp"

namespace ingest {

namespace {

char copy_escape(char c) {
  switch (c) {
    case '\t':
      return 't';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    default:
      return c;
  }
}

void append_escaped(std::string_view text, std::string& out) {
  const char* p = text.data();
  const char* const end = p + text.size();
  for (;;) {
    const char* const stop = detail::find_first<false, '\\', '\t', '\n', '\r'>(p, end);
    out.append(p, stop);
    if (stop == end) {
      return;
    }
    out.push_back('\\');
    out.push_back(copy_escape(*stop));
    p = stop + 1;
  }
}

}  // namespace

void copy_text_encoder::append(std::optional<std::string_view> id, std::string_view json, std::string& out) const {
  if (id) {
    append_escaped(*id, out);
  } else {
    out.append("\\N");
  }
  out.push_back('\t');
  append_escaped(json, out);
  out.push_back('\n');
}

void copy_text_encoder::append_refused(std::string_view reason, std::string_view record, std::string& out) const {
  append(std::nullopt, record, out);
  out.back() = '\t';
  append_escaped(reason, out);
  out.push_back('\n');
}

void ndjson_encoder::append(std::optional<std::string_view>, std::string_view json, std::string& out) const {
  const char* p = json.data();
  const char* const end = p + json.size();
  for (;;) {
    const char* const stop = detail::find_first<false, '\n', '\r'>(p, end);
    out.append(p, stop);
    if (stop == end) {
      break;
    }
    out.push_back(' ');
    p = stop + 1;
  }
  out.push_back('\n');
}

}  // namespace ingest
