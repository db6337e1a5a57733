#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ingest::rest {

/// `encoding` of JsonlDecoder and CsvDecoder, by one of Python's names for it.
class text_encoding {
 public:
  /// UTF-8.
  text_encoding() = default;
  /// Throws errc::config, naming `where`, for another one than UTF-8, ASCII, ISO 8859-1 and UTF-16.
  text_encoding(std::string_view name, std::string_view where);

  /// The text as UTF-8, without a byte order mark at its beginning; it may point into `bytes` or into `kept`. `before`
  /// bytes came before these. Throws errc::bad_data for bytes that are no text of the encoding, with their place.
  std::string_view to_utf8(std::string_view bytes, std::string& kept, std::size_t before = 0) const;

  /// How many of the bytes are whole characters, where more will come behind them.
  std::size_t whole_characters(std::string_view bytes) const;

  /// That of what comes behind `beginning`, where a byte order mark may be.
  text_encoding behind(std::string_view beginning) const;

 private:
  enum class kind { utf8, ascii, latin1, utf16, utf16_little, utf16_big };
  kind kind_ = kind::utf8;
};

}  // namespace ingest::rest
