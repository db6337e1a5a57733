#include "endpoints.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>

#include "components.hpp"
#include "ingest/postgres.hpp"
#include "ingest/sinks/fd_sink.hpp"
#include "ingest/sinks/file_sink.hpp"
#include "ingest/sources/csv_source.hpp"
#include "ingest/sources/ndjson_source.hpp"
#include "ingest/transforms/compress_transform.hpp"
#include "ingest/transforms/key_transform.hpp"
#include "json/json_pointer.hpp"
#include "run_plan.hpp"
#include "stdin_source.hpp"

namespace ingest::app {

namespace {

/// Where rows are refused one by one, a record that is none can be, too; a file has no room for what is wrong.
bool sets_aside(const settings& s) {
  return s.to.what == target_choice::kind::postgres;
}

std::string list_of(const std::vector<std::string>& columns) {
  constexpr std::size_t most = 200;
  std::string list;
  for (const std::string& column : columns) {
    list += (list.empty() ? "" : ", ") + column;
  }
  return list.size() > most ? list.substr(0, most) + " …" : list;
}

std::string in_lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// Each record would lack the id, so this is not the records' fault.
void check_id_column(const std::vector<std::string>& columns, const settings& s) {
  const json_pointer pointer(s.id_pointer);
  const auto& path = pointer.tokens();
  const bool named = path.size() == 1 && std::find(columns.begin(), columns.end(), path[0]) != columns.end();
  if (named || columns.empty()) {
    return;
  }
  const auto alike = std::find_if(columns.begin(), columns.end(), [&path](const std::string& column) {
    return in_lower_case(column) == in_lower_case(path.back());
  });
  throw error(errc::config, s.from.path.string() + " has no column that ID_POINTER=" + s.id_pointer +
                                " would name; the names in its first line are: " + list_of(columns) + ". Set " +
                                (alike == columns.end() ? "ID_POINTER to one of them" : "ID_POINTER=/" + *alike));
}

csv_options csv_form(const settings& s) {
  csv_options options = s.from.format == record_format::tsv ? csv_options::tsv() : csv_options();
  options.set_aside = sets_aside(s);
  const json_pointer pointer(s.id_pointer);
  if (pointer.tokens().size() == 1) {
    options.id_column = pointer.tokens().front();
  }
  return options;
}

/// A file that stays as it is while it is read.
class unchanged_file_source final : public source {
 public:
  unchanged_file_source(settings s, std::string plan) : settings_(std::move(s)), plan_(std::move(plan)) {
    if (settings_.from.format == record_format::ndjson) {
      file_ = std::make_unique<ndjson_source>(settings_.from.path, ndjson_options{.set_aside = sets_aside(settings_)});
      return;
    }
    auto table = std::make_unique<csv_source>(settings_.from.path, csv_form(settings_));
    table_ = table.get();
    file_ = std::move(table);
  }

  void open(const std::optional<std::string>& position, std::stop_token stop) override {
    check_unchanged(plan_, settings_);
    file_->open(position, std::move(stop));
    if (table_ != nullptr && settings_.to.what == target_choice::kind::postgres) {
      check_id_column(table_->columns(), settings_);
    }
  }

  std::optional<batch> read() override {
    auto records = file_->read();
    if (!records || records->last) {
      check_unchanged(plan_, settings_);
    }
    return records;
  }

  void close() noexcept override { file_->close(); }

  /// What is to be said of the file beside that it can be read; after open().
  std::string description() const { return table_ == nullptr ? "" : ", columns " + list_of(table_->columns()); }

 private:
  settings settings_;
  std::string plan_;
  std::unique_ptr<source> file_;
  csv_source* table_ = nullptr;  // file_, if it is one
};

/// Opens a source, asks something of it, and closes it again.
template <class Source, class Question>
auto ask(Source& of, Question question) {
  struct closed {
    Source& opened;
    ~closed() { opened.close(); }
  };
  const closed afterwards{of};
  of.open(std::nullopt, {});
  return question();
}

}  // namespace

source_factory make_sources(const settings& s, const std::string& plan, metrics& counters) {
  switch (s.from.what) {
    case source_choice::kind::file:
      return [s, plan](slice_id) { return std::make_unique<unchanged_file_source>(s, plan); };
    case source_choice::kind::standard_input:
      return [read_before = std::make_shared<std::atomic<bool>>(false), set_aside = sets_aside(s)](slice_id) {
        return std::make_unique<stdin_source>(read_before, set_aside);
      };
    case source_choice::kind::api:
      break;
  }
  return
      [api = make_http_api(source_options(s, plan), counters)](slice_id slice) { return make_http_source(api, slice); };
}

actors::transform_factory make_transforms(const settings& s) {
  if (s.to.what == target_choice::kind::postgres && s.from.what != source_choice::kind::api) {
    return [pointer = s.id_pointer](slice_id) { return transform_list{std::make_shared<key_transform>(pointer)}; };
  }
  if (s.to.compression != file_compression::none) {
    using enum compress_transform::format;
    return [format = s.to.compression == file_compression::gzip ? gzip : zstd](slice_id) {
      return transform_list{std::make_shared<compress_transform>(format)};
    };
  }
  return nullptr;
}

sink_factory make_sinks(const settings& s) {
  if (s.to.what == target_choice::kind::standard_output) {
    return [](std::size_t) { return std::make_unique<fd_sink>(STDOUT_FILENO, "standard output"); };
  }
  return [path = s.to.path](std::size_t) { return std::make_unique<file_sink>(path); };
}

void check_beginning_of_source(const settings& s) {
  if (s.from.what == source_choice::kind::standard_input) {
    check_standard_input();
  }
  if (s.from.what == source_choice::kind::file) {
    unchanged_file_source from(s, plan_of(s));
    ask(from, [] { return true; });
  }
}

std::string look_at_source_file(const settings& s) {
  unchanged_file_source from(s, plan_of(s));
  std::string description;
  const auto records = ask(from, [&] {
    description = from.description();
    return from.read();
  });
  const std::string name = s.from.path.string();
  if (!records || records->records == 0) {
    return name + ": can be read, has no records" + description;
  }
  if (s.to.what != target_choice::kind::postgres) {
    return name + ": can be read" + description;
  }
  batch first;
  first.data = std::make_shared<const std::string>(records->bytes().substr(0, records->bytes().find('\n') + 1));
  const auto row = key_transform(s.id_pointer).apply(std::move(first));
  if (row->bytes().starts_with('\t')) {  // no key
    const auto reason = row->bytes().find('\t', 1);
    throw error(errc::bad_data,
                name + (reason == std::string_view::npos
                            ? ": the first record has no text and no number at ID_POINTER " + s.id_pointer +
                                  ": set ID_POINTER to where records hold their id"
                            : ": the first record would be refused: " +
                                  std::string(row->bytes().substr(reason + 1, row->bytes().size() - reason - 2))));
  }
  return name + ": can be read, the first record has an id" + description;
}

std::string look_at_target_file(const settings& s) {
  file_sink to(s.to.path);
  if (to.commits() == commit_point::each_write) {
    if (::access(s.to.path.c_str(), W_OK) != 0) {
      throw error(errc::config, "cannot write to " + s.to.path.string() + ": " + std::strerror(errno));
    }
    return s.to.path.string() + ": is no regular file, and will be written to as it is";
  }
  to.open({});
  to.abort(error(errc::cancelled, "nothing was to be written"));
  std::error_code ignored;
  return s.to.path.string() +
         (std::filesystem::exists(s.to.path, ignored) ? ": can be written, will be replaced" : ": can be written");
}

std::string target_text(const settings& s, command c) {
  if (c == command::fetch) {
    return "the buffer in " + s.data_dir.string() + ", to be loaded by ingest load";
  }
  switch (s.to.what) {
    case target_choice::kind::file:
      return s.to.path.string();
    case target_choice::kind::standard_output:
      return "standard output";
    case target_choice::kind::postgres:
      break;
  }
  return "table " + s.table + " of " + place_of_database(s.database_url);
}

}  // namespace ingest::app
