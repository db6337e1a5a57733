#include "endpoints.hpp"

#include <unistd.h>

#include "components.hpp"
#include "ingest/sinks/fd_sink.hpp"
#include "ingest/sinks/file_sink.hpp"
#include "ingest/sources/csv_source.hpp"
#include "ingest/sources/ndjson_source.hpp"
#include "ingest/transforms/compress_transform.hpp"
#include "ingest/transforms/copy_text_transform.hpp"
#include "run_plan.hpp"
#include "stdin_source.hpp"

namespace ingest::app {

namespace {

std::unique_ptr<source> make_file_source(const source_choice& from) {
  switch (from.format) {
    case record_format::csv:
      return std::make_unique<csv_source>(from.path);
    case record_format::tsv:
      return std::make_unique<csv_source>(from.path, csv_options::tsv());
    case record_format::ndjson:
      break;
  }
  return std::make_unique<ndjson_source>(from.path);
}

/// A file that stays as it is while it is read.
class unchanged_file_source final : public source {
 public:
  unchanged_file_source(settings s, std::string plan)
      : settings_(std::move(s)), plan_(std::move(plan)), file_(make_file_source(settings_.from)) {}

  void open(const std::optional<std::string>& position, std::stop_token stop) override {
    check_unchanged(plan_, settings_);
    file_->open(position, std::move(stop));
  }

  std::optional<batch> read() override {
    auto records = file_->read();
    if (!records || records->last) {
      check_unchanged(plan_, settings_);
    }
    return records;
  }

  void close() noexcept override { file_->close(); }

 private:
  settings settings_;
  std::string plan_;
  std::unique_ptr<source> file_;
};

}  // namespace

source_factory make_sources(const settings& s, const std::string& plan, metrics& counters) {
  switch (s.from.what) {
    case source_choice::kind::file:
      return [s, plan](slice_id) { return std::make_unique<unchanged_file_source>(s, plan); };
    case source_choice::kind::standard_input:
      return [read_before = std::make_shared<std::atomic<bool>>(false)](slice_id) {
        return std::make_unique<stdin_source>(read_before);
      };
    case source_choice::kind::api:
      break;
  }
  return
      [api = make_http_api(source_options(s, plan), counters)](slice_id slice) { return make_http_source(api, slice); };
}

actors::transform_factory make_transforms(const settings& s) {
  if (s.to.what == target_choice::kind::postgres && s.from.what != source_choice::kind::api) {
    return
        [pointer = s.id_pointer](slice_id) { return transform_list{std::make_shared<copy_text_transform>(pointer)}; };
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

std::string look_at_source_file(const settings& s) {
  unchanged_file_source from(s, plan_of(s));
  std::optional<batch> records;
  try {
    from.open(std::nullopt, {});
    records = from.read();
  } catch (...) {
    from.close();
    throw;
  }
  from.close();
  const std::string name = s.from.path.string();
  if (!records || records->records == 0) {
    return name + ": can be read, has no records";
  }
  if (s.to.what == target_choice::kind::postgres) {
    batch first;
    first.data = std::make_shared<const std::string>(records->bytes().substr(0, records->bytes().find('\n') + 1));
    const auto row = copy_text_transform(s.id_pointer).apply(std::move(first));
    if (row->bytes().starts_with("\\N\t")) {
      throw error(errc::bad_data, name + ": the first record is no JSON, or has no text and no number at ID_POINTER " +
                                      s.id_pointer + ": set ID_POINTER to where records hold their id");
    }
  }
  return name + ": can be read" + (s.to.what == target_choice::kind::postgres ? ", the first record has an id" : "");
}

std::string look_at_target_file(const settings& s) {
  file_sink to(s.to.path);
  to.open({});
  to.abort(error(errc::cancelled, "nothing was to be written"));
  std::error_code ignored;
  return s.to.path.string() +
         (std::filesystem::exists(s.to.path, ignored) ? ": can be written, will be replaced" : ": can be written");
}

}  // namespace ingest::app
