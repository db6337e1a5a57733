#include "rest/recordings/recorded_stream.hpp"

#include <algorithm>

#include "core/utf8.hpp"
#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t most_differences = 5;
constexpr std::size_t most_shown = 300;

std::string opening_of(const std::string& text) {
  return text.size() <= most_shown ? text : std::string(detail::utf8_prefix(text, most_shown)) + "…";
}

value file_of(const char* name, value::elements items) {
  return value::dict_of({{name, value::list_of(std::move(items))}});
}

/// Calls `read` with what stands in the file; says of each error where it is.
template <class Read>
auto from_file(std::string_view text, const std::string& file, const Read& read) {
  try {
    return read(value::from_json(text));
  } catch (const error& e) {
    throw error(errc::bad_data, file + ": " + e.what());
  }
}

const value& member(const value& of, const char* name, bool (value::*is)() const) {
  const value* const found = of.find(name);
  if (found == nullptr || !(found->*is)()) {
    throw error(errc::bad_data, "`" + std::string(name) + "` is missing, or not what is recorded there");
  }
  return *found;
}

class reporter {
 public:
  void add(std::string line) {
    if (++count_ <= most_differences) {
      lines_.push_back(std::move(line));
    }
  }

  std::vector<std::string> lines() && {
    if (count_ > most_differences) {
      lines_.push_back("and " + std::to_string(count_ - most_differences) + " differences more");
    }
    return std::move(lines_);
  }

 private:
  std::vector<std::string> lines_;
  std::size_t count_ = 0;
};

/// Which members of two records are not the same.
std::string difference_in(const std::string& expected, const std::string& found) {
  const value e = value::from_json(expected);
  const value f = value::from_json(found);
  if (e.is_dict() && f.is_dict()) {
    for (const auto& [name, content] : e.members()) {
      const value* const other = f.members().find(name);
      if (other == nullptr) {
        return "has no `" + name.to_text() + "`, recorded is " + opening_of(content.to_json());
      }
      if (other->to_json() != content.to_json()) {
        return "`" + name.to_text() + "` is " + opening_of(other->to_json()) + ", recorded is " +
               opening_of(content.to_json());
      }
    }
    for (const auto& [name, content] : f.members()) {
      if (e.members().find(name) == nullptr) {
        return "has `" + name.to_text() + "`: " + opening_of(content.to_json()) + ", which is not recorded";
      }
    }
  }
  return "is " + opening_of(found) + ", recorded is " + opening_of(expected);
}

void compare_records(const stream_transcript& expected, const stream_transcript& found, reporter& to) {
  const std::size_t both = std::min(expected.records.size(), found.records.size());
  for (std::size_t i = 0; i < both; ++i) {
    if (expected.records[i] != found.records[i]) {
      to.add("record " + std::to_string(i + 1) + " " + difference_in(expected.records[i], found.records[i]));
    }
  }
  if (expected.records.size() != found.records.size()) {
    const bool more = found.records.size() > both;
    to.add(std::to_string(found.records.size()) + " records, recorded are " + std::to_string(expected.records.size()) +
           "; the first " + (more ? "that is not recorded: " : "that is missing: ") +
           opening_of(more ? found.records[both] : expected.records[both]));
  }
}

void compare_slices(const stream_transcript& expected, const stream_transcript& found, reporter& to) {
  const std::size_t both = std::min(expected.slices.size(), found.slices.size());
  for (std::size_t i = 0; i < both; ++i) {
    const auto& e = expected.slices[i];
    const auto& f = found.slices[i];
    if (e.name != f.name) {
      return to.add("slice " + std::to_string(i + 1) + " is " + f.name + ", recorded is " + e.name);
    }
    for (std::size_t page = 0; page < std::min(e.positions.size(), f.positions.size()); ++page) {
      if (e.positions[page].to_json() != f.positions[page].to_json()) {
        to.add("page " + std::to_string(page + 1) + " of slice " + f.name + ": the position is " +
               opening_of(f.positions[page].to_json()) + ", recorded is " + opening_of(e.positions[page].to_json()));
      }
    }
    if (e.positions.size() != f.positions.size()) {
      to.add("slice " + f.name + " has " + std::to_string(f.positions.size()) + " pages, recorded are " +
             std::to_string(e.positions.size()));
    }
  }
  if (expected.slices.size() != found.slices.size()) {
    to.add(std::to_string(found.slices.size()) + " slices, recorded are " + std::to_string(expected.slices.size()));
  }
}

void append_readable(const value& content, std::size_t indent, std::string& to) {
  constexpr std::size_t widest = 110;
  const bool dict = content.is_dict();
  std::string compact = content.to_json();
  if ((!dict && !content.is_list()) || (compact.size() + indent <= widest && content.depth() <= 3)) {
    to += compact;
    return;
  }
  const std::string margin(indent + 1, ' ');
  to += dict ? "{" : "[";
  const char* separator = "\n";
  const auto line = [&](const std::string& name, const value& item) {
    to += separator + margin + name;
    append_readable(item, indent + 1, to);
    separator = ",\n";
  };
  if (dict) {
    for (const auto& [name, item] : content.members()) {
      line(name.to_json() + ": ", item);
    }
  } else {
    for (const value& item : content.items()) {
      line("", item);
    }
  }
  to += "\n" + std::string(indent, ' ') + (dict ? "}" : "]");
}

}  // namespace

std::size_t stream_transcript::pages() const {
  std::size_t all = 0;
  for (const slice& s : slices) {
    all += s.positions.size();
  }
  return all;
}

std::string readable_json(const value& content) {
  std::string made;
  append_readable(content, 0, made);
  return made + "\n";
}

std::string to_text(const exchange_groups& groups) {
  value::elements all;
  for (const exchange_group& group : groups) {
    value::elements exchanges;
    for (const recorded_exchange& e : group.exchanges) {
      exchanges.push_back(e.to_value());
    }
    all.push_back(
        value::dict_of({{"slice", value::text_of(group.slice)}, {"exchanges", value::list_of(std::move(exchanges))}}));
  }
  return readable_json(file_of("groups", std::move(all)));
}

exchange_groups exchanges_of(std::string_view text, const std::string& file) {
  return from_file(text, file, [](const value& read) {
    exchange_groups all;
    for (const value& group : member(read, "groups", &value::is_list).items()) {
      exchange_group made{member(group, "slice", &value::is_text).text(), {}};
      for (const value& e : member(group, "exchanges", &value::is_list).items()) {
        made.exchanges.push_back(recorded_exchange::from_value(e));
      }
      all.push_back(std::move(made));
    }
    return all;
  });
}

std::string positions_text(const stream_transcript& read) {
  value::elements all;
  for (const auto& slice : read.slices) {
    all.push_back(value::dict_of({{"slice", value::text_of(slice.name)}, {"pages", value::list_of(slice.positions)}}));
  }
  return readable_json(file_of("slices", std::move(all)));
}

std::string records_text(const stream_transcript& read) {
  std::string all;
  for (const std::string& record : read.records) {
    all += record + "\n";
  }
  return all;
}

stream_transcript transcript_of(std::string_view positions, std::string_view records, const std::string& file) {
  stream_transcript read = from_file(positions, file, [](const value& written) {
    stream_transcript t;
    for (const value& slice : member(written, "slices", &value::is_list).items()) {
      t.slices.push_back(
          {member(slice, "slice", &value::is_text).text(), member(slice, "pages", &value::is_list).items()});
    }
    return t;
  });
  while (!records.empty()) {
    const std::size_t end = std::min(records.find('\n'), records.size());
    read.records.emplace_back(records.substr(0, end));
    records.remove_prefix(std::min(end + 1, records.size()));
    from_file(read.records.back(), file + ", record " + std::to_string(read.records.size()),
              [](const value&) { return 0; });
  }
  return read;
}

std::vector<std::string> differences(const stream_transcript& expected, const stream_transcript& found) {
  reporter report;
  compare_slices(expected, found, report);
  compare_records(expected, found, report);
  return std::move(report).lines();
}

}  // namespace ingest::rest
