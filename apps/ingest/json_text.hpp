#pragma once

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/utf8.hpp"

namespace ingest::app {

/// A JSON document as it is put together, by one of RapidJSON's writers. What is no UTF-8 in its texts is replaced.
template <class Writer>
class json_text {
 public:
  void key(std::string_view k) { json.Key(k.data(), static_cast<rapidjson::SizeType>(k.size())); }
  void put(std::string_view text) {
    const std::string whole = detail::with_invalid_utf8_replaced(text);
    json.String(whole.data(), static_cast<rapidjson::SizeType>(whole.size()));
  }
  void put(std::string_view k, std::string_view text) {
    key(k);
    put(text);
  }
  void put_number(std::string_view k, std::uint64_t n) {
    key(k);
    json.Uint64(n);
  }
  template <class Texts>
  void put_list(std::string_view k, const Texts& texts) {
    key(k);
    json.StartArray();
    for (const std::string_view text : texts) {
      put(text);
    }
    json.EndArray();
  }
  std::string text() const { return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n"; }

 private:
  rapidjson::StringBuffer buffer_;

 public:
  Writer json{buffer_};
};

using dense_json = json_text<rapidjson::Writer<rapidjson::StringBuffer>>;
using pretty_json = json_text<rapidjson::PrettyWriter<rapidjson::StringBuffer>>;

}  // namespace ingest::app
