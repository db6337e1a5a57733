#include "settings/config_file.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>

namespace ingest {

namespace {

constexpr unsigned parse_flags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag;

/// Collects the members of one flat object. A handler that returns false ends the parsing.
class members : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, members> {
 public:
  members(std::string_view text, const rapidjson::MemoryStream& stream) : text_(text), stream_(stream) {}

  bool StartObject() { return depth_++ == 0 || refuse("holds an object"); }
  bool EndObject(rapidjson::SizeType) { return true; }
  bool Key(const char* key, rapidjson::SizeType length, bool) {
    const std::string_view name(key, length);
    line_ = line();
    if (std::any_of(entries.begin(), entries.end(), [&](const auto& e) { return e.key == name; })) {
      entries.push_back({std::string(name), "", line_});
      return refuse("occurs twice");
    }
    entries.push_back({std::string(name), "", line_});
    return true;
  }
  bool StartArray() {
    if (in_list_ || depth_ == 0) {
      return refuse("holds a list of lists");
    }
    return in_list_ = true;
  }
  bool EndArray(rapidjson::SizeType) {
    in_list_ = false;
    return true;
  }
  bool String(const char* text, rapidjson::SizeType length, bool) { return add({text, length}); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) { return add({text, length}); }
  bool Bool(bool value) { return add(value ? "true" : "false"); }
  bool Null() { return add(""); }

  std::size_t line() const {
    const auto read = std::min(stream_.Tell(), text_.size());
    return 1 +
           static_cast<std::size_t>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(read), '\n'));
  }

  std::vector<config_entry> entries;
  std::string complaint;

 private:
  bool add(std::string_view value) {
    if (depth_ == 0) {
      return refuse("");
    }
    std::string& whole = entries.back().value;
    whole.append(in_list_ && !whole.empty() ? "\n" : "").append(value);
    return true;
  }

  bool refuse(const std::string& what) {
    complaint = entries.empty() ? "must be one JSON object" : "\"" + entries.back().key + "\" " + what;
    return false;
  }

  std::string_view text_;
  const rapidjson::MemoryStream& stream_;
  std::size_t line_ = 1;
  int depth_ = 0;
  bool in_list_ = false;
};

}  // namespace

std::vector<config_entry> parse_config_file(std::string_view text, std::string_view file) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  members found(text, stream);
  rapidjson::Reader reader;
  const auto result = reader.Parse<parse_flags>(stream, found);
  if (result.IsError()) {
    const std::string complaint = found.complaint.empty()
                                      ? std::string("is no JSON: ") + rapidjson::GetParseError_En(result.Code())
                                      : found.complaint;
    throw error(errc::config, std::string(file) + " line " + std::to_string(found.line()) + ": " + complaint);
  }
  return std::move(found.entries);
}

}  // namespace ingest
