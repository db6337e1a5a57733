#pragma once

#include <memory>
#include <string>

#include "ingest/transform.hpp"

namespace ingest {

class json_pointer;

/// Whether an empty text is an id. A CSV file has no other way to say that there is none.
enum class empty_id { is_one, is_none };

/// Turns lines of JSON, as ndjson_source and csv_source give them, into the rows that the PostgreSQL sink loads: COPY
/// text with the columns id and data, by keyed_encoder. Batches must hold whole lines; blank ones are left out. A
/// line without an id that can be used becomes a row without id, and it is the table's to refuse it or to give it one.
/// One that is no JSON, or that the source has marked as no record, becomes a row that the sink sets aside with the
/// reason and counts. Neither fails anything else. Positions stay what they were.
class key_transform final : public transform {
 public:
  /// `id_pointer` leads to the key inside a record. Throws errc::config, naming `id_pointer`, if it is no JSON pointer.
  explicit key_transform(const std::string& id_pointer = "/id", empty_id empty = empty_id::is_one);

  std::optional<batch> apply(batch input) override;
  bool parallel() const override { return true; }

 private:
  std::shared_ptr<const json_pointer> id_;
  empty_id empty_;
};

}  // namespace ingest
