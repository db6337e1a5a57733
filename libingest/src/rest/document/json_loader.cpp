#include "rest/document/json_loader.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <map>

namespace ingest::rest {

namespace {

/// Counts the lines of what RapidJSON takes.
class counted_text {
 public:
  using Ch = char;

  explicit counted_text(std::string_view text) : text_(text) {}

  Ch Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  Ch Take() {
    const Ch taken = Peek();
    line_ += taken == '\n' ? 1 : 0;
    ++at_;
    return taken;
  }
  std::size_t Tell() const { return at_; }
  int line() const { return line_; }

  // RapidJSON asks for these of streams that are written to.
  Ch* PutBegin() { return nullptr; }
  void Put(Ch) {}
  void Flush() {}
  std::size_t PutEnd(Ch*) { return 0; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
};

/// Takes what RapidJSON finds and makes nodes of it. Returns false, which ends the parsing, where it is nested too
/// deep.
class builder {
 public:
  explicit builder(const counted_text& text) : text_(text) {}

  bool Null() { return add(node::scalar({}, text_.line())); }
  bool Bool(bool truth) { return add(node::scalar(value::boolean_of(truth), text_.line())); }
  bool RawNumber(const char* digits, rapidjson::SizeType length, bool) {
    return add(node::scalar(value::number_of({digits, length}), text_.line()));
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return add(node::text(std::string(text, length), text_.line()));
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    open_.back().name.assign(text, length);
    return true;
  }
  bool StartObject() { return begin(true); }
  bool StartArray() { return begin(false); }
  bool EndObject(rapidjson::SizeType) {
    container done = end();
    return add(node::dict(std::move(done.members), done.line));
  }
  bool EndArray(rapidjson::SizeType) {
    container done = end();
    return add(node::list(std::move(done.items), done.line));
  }
  // Not called, as numbers are asked for by their texts.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  node root() && { return std::move(root_); }
  std::vector<document_note> notes() && { return std::move(notes_); }

 private:
  struct container {
    int line = 0;
    bool is_dict = false;
    std::string name;  ///< of the member that comes next
    node::elements items;
    node::member_list members;
    std::map<std::string, std::size_t, std::less<>> places;
  };

  bool begin(bool is_dict) {
    if (open_.size() == node::deepest) {
      return false;
    }
    open_.emplace_back();
    open_.back().line = text_.line();
    open_.back().is_dict = is_dict;
    return true;
  }

  container end() {
    container done = std::move(open_.back());
    open_.pop_back();
    return done;
  }

  bool add(node made) {
    if (open_.empty()) {
      root_ = std::move(made);
      return true;
    }
    container& in = open_.back();
    if (!in.is_dict) {
      in.items.push_back(std::move(made));
      return true;
    }
    const auto [place, added] = in.places.emplace(in.name, in.members.size());
    if (added) {
      in.members.push_back({in.name, std::move(made)});
    } else {
      node& first = in.members[place->second].content;
      notes_.push_back({"\"" + in.name + "\" stands here twice, at line " + std::to_string(first.line()) +
                            " as well: the last one counts",
                        made.line()});
      first = std::move(made);
    }
    return true;
  }

  const counted_text& text_;
  std::vector<container> open_;
  node root_;
  std::vector<document_note> notes_;
};

}  // namespace

json_reading read_json(std::string_view text) {
  counted_text counted(text);
  builder made(counted);
  rapidjson::Reader reader;
  const auto result = reader.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag |
                                   rapidjson::kParseValidateEncodingFlag>(counted, made);
  json_reading read;
  if (result.IsError()) {
    read.line = counted.line();
    read.problem = result.Code() == rapidjson::kParseErrorTermination
                       ? "nested more than " + std::to_string(node::deepest) + " times"
                       : rapidjson::GetParseError_En(result.Code());
    return read;
  }
  read.root = std::move(made).root();  // NOLINTNEXTLINE(bugprone-use-after-move): each takes its own
  read.notes = std::move(made).notes();
  return read;
}

}  // namespace ingest::rest
