#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/ascii.hpp"
#include "from/from.hpp"
#include "ingest/sources/csv_source.hpp"
#include "ingest/sources/ndjson_source.hpp"
#include "json/json_pointer.hpp"
#include "to/to.hpp"

namespace ingest::app {

namespace {

/// A file as it is now.
struct file_identity {
  std::string name;      // the beginning of the plan of whatever it held
  std::string contents;  // of what it holds
};

file_identity identity_of(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    throw error(errc::config, "FROM=file:" + path.string() + " cannot be read: " + std::strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) {
    throw error(errc::config, "FROM=file:" + path.string() +
                                  " is no regular file and cannot be read twice; pipe it in, with FROM=stdin");
  }
  const std::string nanoseconds = std::to_string(status.st_mtim.tv_nsec);
  return {"FROM=file:" + std::filesystem::canonical(path).string() + " ",
          "SIZE=" + std::to_string(status.st_size) + " MODIFIED=" + std::to_string(status.st_mtim.tv_sec) + "." +
              std::string(9 - nanoseconds.size(), '0') + nanoseconds + " "};
}

std::string plan_of_file(const settings& s) {
  const file_identity file = identity_of(s.from.path);
  return file.name + file.contents + "ID_POINTER=" + s.id_pointer;
}

void check_unchanged(const std::string& begun_with, const settings& s) {
  const file_identity file = identity_of(s.from.path);
  if (begun_with.starts_with(file.name) && !begun_with.starts_with(file.name + file.contents)) {
    throw error(errc::config, s.from.path.string() +
                                  " has changed since the run began, so that nobody knows what of it was read (" +
                                  begun_with.substr(file.name.size()) + "; now " + file.contents +
                                  "): put the old one back, or start over with --fresh --yes (rows that are in the "
                                  "table already come again: WRITE=append has them twice)");
  }
}

std::string list_of(const std::vector<std::string>& columns) {
  constexpr std::size_t most = 200;
  std::string list;
  for (const std::string& column : columns) {
    list += (list.empty() ? "" : ", ") + column;
  }
  return list.size() > most ? list.substr(0, most) + " …" : list;
}

/// Each record would lack the id, so this is not the records' fault.
void check_id_column(const std::vector<std::string>& columns, const settings& s) {
  const json_pointer pointer(s.id_pointer);
  const auto& path = pointer.tokens();
  const bool named = path.size() == 1 && std::find(columns.begin(), columns.end(), path[0]) != columns.end();
  if (named || columns.empty()) {
    return;
  }
  const auto alike = std::find_if(columns.begin(), columns.end(),
                                  [&path](const std::string& column) { return lower(column) == lower(path.back()); });
  throw error(errc::config, s.from.path.string() + " has no column that ID_POINTER=" + s.id_pointer +
                                " would name; the names in its first line are: " + list_of(columns) + ". Set " +
                                (alike == columns.end() ? "ID_POINTER to one of them" : "ID_POINTER=/" + *alike));
}

csv_options csv_form(const settings& s) {
  csv_options options = s.from.format == record_format::tsv ? csv_options::tsv() : csv_options();
  options.set_aside = to_of(s).sets_aside;
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
      file_ = std::make_unique<ndjson_source>(settings_.from.path,
                                              ndjson_options{.set_aside = to_of(settings_).sets_aside});
      return;
    }
    auto table = std::make_unique<csv_source>(settings_.from.path, csv_form(settings_));
    table_ = table.get();
    file_ = std::move(table);
  }

  void open(const std::optional<std::string>& position, std::stop_token stop) override {
    check_unchanged(plan_, settings_);
    file_->open(position, std::move(stop));
    if (table_ != nullptr && to_of(settings_).keyed && settings_.has_key) {
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

std::string look_at_file(const settings& s) {
  unchanged_file_source from(s, plan_of_file(s));
  std::string description;
  const auto records = ask(from, [&] {
    description = from.description();
    return from.read();
  });
  const std::string name = s.from.path.string();
  if (!records || records->records == 0) {
    return name + ": can be read, has no records" + description;
  }
  if (!to_of(s).keyed) {
    return name + ": can be read" + description;
  }
  batch first;
  first.data = std::make_shared<const std::string>(records->bytes().substr(0, records->bytes().find('\n') + 1));
  const auto row = keys_for(s).apply(std::move(first));
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

}  // namespace

const from_kind from_file = {
    .plan = plan_of_file,
    .sources = [](const settings& s, const std::string& plan, metrics&) -> source_factory {
      return [s, plan](slice_id) { return std::make_unique<unchanged_file_source>(s, plan); };
    },
    .probe =
        [](const settings& s) {
          return check{"file", [&s] { return look_at_file(s); }};
        },
    .check_beginning =
        [](const settings& s) {
          unchanged_file_source from(s, plan_of_file(s));
          ask(from, [] { return true; });
        },
    .check_unchanged = check_unchanged,
};

}  // namespace ingest::app
