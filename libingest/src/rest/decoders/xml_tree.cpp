#include "rest/decoders/xml_tree.hpp"

#include <expat.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "ingest/error.hpp"
#include "rest/expressions/characters.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t deepest = 256;  // with a list at each level, values are nested twice as deeply

/// An element that is being read: its members by name, in the order of their first, and its text.
class open_element {
 public:
  explicit open_element(const char* name) : name_(name) {}

  const std::string& name() const { return name_; }
  void add_text(std::string_view text) { text_ += text; }

  void add(std::string name, value content) {
    const auto [place, is_new] = places_.emplace(std::move(name), members_.size());
    if (is_new) {
      members_.emplace_back(place->first, value::elements());
    }
    members_[place->second].second.push_back(std::move(content));
  }

  value closed() {
    const std::string_view text = expressions::without_leading_space(expressions::without_trailing_space(text_));
    if (members_.empty()) {
      return text.empty() ? value() : value::text_of(std::string(text));
    }
    if (!text.empty()) {
      add("#text", value::text_of(std::string(text)));
    }
    return value::dict_of(members());
  }

  dictionary members() {
    dictionary all;
    for (auto& [name, contents] : members_) {
      all.set(name, contents.size() == 1 ? std::move(contents.front()) : value::list_of(std::move(contents)));
    }
    return all;
  }

 private:
  std::string name_;
  std::string text_;
  std::map<std::string, std::size_t> places_;
  std::vector<std::pair<std::string, value::elements>> members_;
};

/// What expat tells. Nothing may be thrown through it, so that what is thrown waits until it has returned.
class tree_builder {
 public:
  explicit tree_builder(XML_Parser parser) : parser_(parser) { open_.emplace_back(""); }

  void begin(const char* name, const char** attributes) {
    if (open_.size() > deepest) {
      refuse("elements of the answer are nested more than " + std::to_string(deepest) + " deep");
    }
    open_.emplace_back(name);
    for (; *attributes != nullptr; attributes += 2) {
      open_.back().add("@" + std::string(attributes[0]), value::text_of(attributes[1]));
    }
  }

  void end() {
    value content = open_.back().closed();
    std::string name = open_.back().name();
    open_.pop_back();
    open_.back().add(std::move(name), std::move(content));
  }

  void text(std::string_view piece) { open_.back().add_text(piece); }

  [[noreturn]] static void refuse(const std::string& why) { throw error(errc::bad_data, why); }

  template <class F>
  void guarded(F&& work) noexcept {
    if (fault_) {
      return;  // expat may tell of more before it stops
    }
    try {
      work();
    } catch (...) {
      fault_ = std::current_exception();
      XML_StopParser(parser_, XML_FALSE);
    }
  }

  void rethrow() const {
    if (fault_) {
      std::rethrow_exception(fault_);
    }
  }

  value result() { return value::dict_of(open_.front().members()); }

 private:
  XML_Parser parser_;
  std::vector<open_element> open_;
  std::exception_ptr fault_;
};

tree_builder& builder(void* data) {
  return *static_cast<tree_builder*>(data);
}

void refuse_entity(void* data, const XML_Char* name) {
  builder(data).guarded([&] {
    tree_builder::refuse("the answer is XML with an entity of its own, \"" + std::string(name).substr(0, 100) +
                         "\": such are not read, for they may stand for more than fits into any memory");
  });
}

void listen(XML_Parser parser, tree_builder& to) {
  XML_SetUserData(parser, &to);
  XML_SetElementHandler(
      parser,
      [](void* data, const XML_Char* name, const XML_Char** attributes) {
        builder(data).guarded([&] { builder(data).begin(name, attributes); });
      },
      [](void* data, const XML_Char*) { builder(data).guarded([&] { builder(data).end(); }); });
  XML_SetCharacterDataHandler(parser, [](void* data, const XML_Char* text, int size) {
    builder(data).guarded([&] { builder(data).text({text, static_cast<std::size_t>(size)}); });
  });
  XML_SetEntityDeclHandler(
      parser, [](void* data, const XML_Char* name, int, const XML_Char*, int, const XML_Char*, const XML_Char*,
                 const XML_Char*, const XML_Char*) { refuse_entity(data, name); });
  // Of a document whose rules stand elsewhere, which are not fetched.
  XML_SetSkippedEntityHandler(parser, [](void* data, const XML_Char* name, int) { refuse_entity(data, name); });
}

// Expat 2.9 has others in their place.
#if XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 9
std::uint64_t line_in(XML_Parser parser) {
  return XML_GetCurrentLineNumber64(parser);
}
std::uint64_t column_in(XML_Parser parser) {
  return XML_GetCurrentColumnNumber64(parser);
}
#else
std::uint64_t line_in(XML_Parser parser) {
  return XML_GetCurrentLineNumber(parser);
}
std::uint64_t column_in(XML_Parser parser) {
  return XML_GetCurrentColumnNumber(parser);
}
#endif

[[noreturn]] void refuse_document(XML_Parser parser, std::string_view document) {
  const XML_Error why = XML_GetErrorCode(parser);
  if (why == XML_ERROR_NO_MEMORY) {
    throw std::bad_alloc();
  }
  const bool is_cut = why == XML_ERROR_NO_ELEMENTS || why == XML_ERROR_UNCLOSED_TOKEN || why == XML_ERROR_PARTIAL_CHAR;
  const auto first = document.find_first_not_of(" \t\r\n");
  const bool is_json = first != std::string_view::npos && (document[first] == '{' || document[first] == '[');
  throw error(errc::bad_data,
              "the answer is " +
                  std::string(is_json  ? "no XML, but may be JSON"
                              : is_cut ? "XML that was cut short"
                                       : "no XML") +
                  ", at line " + std::to_string(line_in(parser)) + ", column " + std::to_string(column_in(parser) + 1) +
                  ": " + XML_ErrorString(why) +
                  "; if the API answers so on purpose, the stream needs another `decoder` or a response filter",
              true);
}

}  // namespace

value parse_xml(std::string_view document) {
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate(nullptr), XML_ParserFree);
  if (!parser) {
    throw std::bad_alloc();
  }
  tree_builder builder(parser.get());
  listen(parser.get(), builder);
  constexpr std::size_t step = std::size_t{1} << 20;  // lengths are ints
  for (std::string_view rest = document; !rest.empty();) {
    const std::string_view piece = rest.substr(0, step);
    rest.remove_prefix(piece.size());
    const auto status = XML_Parse(parser.get(), piece.data(), static_cast<int>(piece.size()), rest.empty() ? 1 : 0);
    builder.rethrow();
    if (status != XML_STATUS_OK) {
      refuse_document(parser.get(), document);
    }
  }
  return builder.result();
}

}  // namespace ingest::rest
