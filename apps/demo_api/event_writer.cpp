#include "demo_api/event_writer.hpp"

#include <array>
#include <charconv>
#include <chrono>

namespace demo_api {
namespace {

constexpr auto hex_pairs = [] {
  std::array<std::array<char, 2>, 256> table{};
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = {digits[i >> 4], digits[i & 15]};
  }
  return table;
}();

/// Writes the `bytes` upper bytes of `bits` and moves the next ones up.
char* write_hex(char* out, std::uint64_t& bits, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    std::memcpy(out, hex_pairs[bits >> 56].data(), 2);
    out += 2;
    bits <<= 8;
  }
  return out;
}

void append_nested(int depth, std::string& out) {
  for (int i = 0; i < depth; ++i) {
    out += i % 2 == 0 ? R"({"deeper":)" : "[";
  }
  out += R"("\\.")";
  for (int i = depth - 1; i >= 0; --i) {
    out += i % 2 == 0 ? '}' : ']';
  }
}

}  // namespace

void event_writer::uuid(std::uint64_t high, std::uint64_t low) {
  high = (high & 0xffffffffffff0fffULL) | 0x4000;
  low = (low & 0x3fffffffffffffffULL) | 0x8000000000000000ULL;
  char* out = write_hex(out_, high, 4);
  *out++ = '-';
  out = write_hex(out, high, 2);
  *out++ = '-';
  out = write_hex(out, high, 2);
  *out++ = '-';
  out = write_hex(out, low, 2);
  *out++ = '-';
  out_ = write_hex(out, low, 6);
}

void event_writer::number(std::uint64_t n) {
  out_ = std::to_chars(out_, out_ + 20, n).ptr;
}

void event_writer::digits(std::uint64_t n, int width) {
  for (int i = width - 1; i >= 0; --i) {
    out_[i] = static_cast<char>('0' + n % 10);
    n /= 10;
  }
  out_ += width;
}

void event_writer::iso_time(timestamp_ms time) {
  using namespace std::chrono;
  const sys_time<milliseconds> point{milliseconds(time)};
  const auto day = floor<days>(point);
  const year_month_day date{day};
  const hh_mm_ss clock{point - day};
  digits(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  text("-");
  digits(static_cast<unsigned>(date.month()), 2);
  text("-");
  digits(static_cast<unsigned>(date.day()), 2);
  text("T");
  digits(static_cast<std::uint64_t>(clock.hours().count()), 2);
  text(":");
  digits(static_cast<std::uint64_t>(clock.minutes().count()), 2);
  text(":");
  digits(static_cast<std::uint64_t>(clock.seconds().count()), 2);
  text(".");
  digits(static_cast<std::uint64_t>(clock.subseconds().count()), 3);
  text("Z");
}

std::string uuid_text(std::uint64_t high, std::uint64_t low) {
  std::string text(36, '\0');
  event_writer(text.data()).uuid(high, low);
  return text;
}

void append_nasty_properties(std::uint64_t variant, std::string& out) {
  switch (variant % 9) {
    case 0:
      out += R"({"text":"line one\nline two\r\n\tcolumn\tcolumn","key\twith\ttabs":"\\N","empty":"","":0})";
      break;
    case 1:
      out += R"({"path":"C:\\new\\table\\x41\\","end":"\\.","lines":"\\.\n\\.\n","octal":"\\134","half":"\\\\n"})";
      break;
    case 2:
      out +=
          R"({"quotes":"\"a\" 'b' `c` $$d$$","markup":"<\/script>&amp;","sql":"'); DROP TABLE events; --","null":null})";
      break;
    case 3:
      out += "{\"emoji\":\"\xF0\x9F\x98\x80\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB \xC3\xA9\xE2\x82\xAC\",";
      out += R"("escaped":"\uD83D\uDE00\u00e9\u20AC","rtl":"\u202e","nonchar":"\uFFFF"})";
      break;
    case 4:
      out += R"({"long":")";
      for (int i = 0; i < 1000; ++i) {
        out += R"(0123456789\tabcde\\.)";
      }
      out += R"("})";
      break;
    case 5:
      append_nested(40, out);
      break;
    case 6:
      out += R"({"big":12345678901234567890123,"small":-0.00000000000000000000001,"exp":[1E+2,1.5e-7,-0,0.1],)";
      out += R"("precise":3.14159265358979323846264338327950288})";
      break;
    case 7:
      out +=
          "{\"control\":\"\\u0001\\u0002\\b\\f\\u000B\\u001f\x7F\",\"separators\":"
          "\"\xE2\x80\xA8\xE2\x80\xA9\xEF\xBB\xBF\"}";
      break;
    default:
      out += "{\t\"space\" :\t[ 1 ,\t2 , { \t} ]  , \"t\"\t: true }";
      break;
  }
}

}  // namespace demo_api
