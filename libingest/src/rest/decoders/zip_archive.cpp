#include "rest/decoders/zip_archive.hpp"

#include <zip.h>

#include <array>
#include <new>

#include "ingest/error.hpp"
#include "log/quotable.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t piece_bytes = std::size_t{64} << 10;

std::string told(const std::string& name) {
  constexpr std::size_t longest = 100;
  return "\"" + detail::quotable(name.substr(0, longest)) + "\"";
}

[[noreturn]] void refuse_archive(std::string_view bytes, zip_error_t& why) {
  const bool is_zip = bytes.starts_with("PK");
  const std::string text = zip_error_strerror(&why);
  zip_error_fini(&why);
  throw error(
      errc::bad_data,
      std::string("the answer is no ZIP archive") +
          (is_zip ? ", or was cut short (" + text + ")"
                  : "; if the API answers so on purpose, the stream needs another `decoder` or a response filter"),
      true);
}

struct unpacking_budget {
  std::size_t most;
  std::size_t left;
};

class zip_member final : public byte_stream {
 public:
  zip_member(zip_file_t* file, std::string name, unpacking_budget& budget)
      : file_(file), name_(std::move(name)), budget_(budget) {}
  ~zip_member() override { zip_fclose(file_); }
  zip_member(const zip_member&) = delete;
  zip_member& operator=(const zip_member&) = delete;

  std::string_view next() override {
    const zip_int64_t size = zip_fread(file_, piece_.data(), piece_.size());
    if (size < 0) {
      throw error(errc::bad_data,
                  "the member " + told(name_) + " of the ZIP archive is damaged: " + zip_file_strerror(file_), true);
    }
    if (static_cast<std::size_t>(size) > budget_.left) {
      refuse_size("the ZIP archive", budget_.most);
    }
    budget_.left -= static_cast<std::size_t>(size);
    return {piece_.data(), static_cast<std::size_t>(size)};
  }

 private:
  zip_file_t* file_;
  std::string name_;
  unpacking_budget& budget_;
  std::array<char, piece_bytes> piece_;
};

}  // namespace

struct zip_archive::opened {
  zip_t* archive = nullptr;
  unpacking_budget budget;
};

zip_archive::zip_archive(std::string_view bytes, std::size_t most)
    : opened_(std::make_unique<opened>(opened{nullptr, {most, most}})) {
  zip_error_t why;
  zip_error_init(&why);
  if (bytes.empty()) {  // which libzip takes for an archive without members
    zip_error_set(&why, ZIP_ER_NOZIP, 0);
    refuse_archive(bytes, why);
  }
  zip_source_t* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &why);
  if (source == nullptr) {
    zip_error_fini(&why);
    throw std::bad_alloc();
  }
  opened_->archive = zip_open_from_source(source, ZIP_RDONLY, &why);
  if (opened_->archive == nullptr) {
    zip_source_free(source);
    refuse_archive(bytes, why);
  }
  zip_error_fini(&why);
  size_ = static_cast<std::uint64_t>(zip_get_num_entries(opened_->archive, 0));
}

zip_archive::~zip_archive() {
  zip_discard(opened_->archive);
}

std::string zip_archive::name(std::uint64_t index) const {
  const char* const name = zip_get_name(opened_->archive, index, 0);
  return name == nullptr ? "" : name;
}

bool zip_archive::is_folder(std::uint64_t index) const {
  return name(index).ends_with('/');
}

std::unique_ptr<byte_stream> zip_archive::open(std::uint64_t index) const {
  const auto refuse = [&](const std::string& why) {
    throw error(errc::bad_data, "the member " + told(name(index)) + " of the ZIP archive " + why);
  };
  zip_stat_t about;
  zip_stat_init(&about);
  if (zip_stat_index(opened_->archive, index, 0, &about) != 0) {
    refuse(std::string("cannot be read: ") + zip_strerror(opened_->archive));
  }
  if ((about.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && about.encryption_method != ZIP_EM_NONE) {
    refuse("is encrypted, and there is no setting for a password: have the API send it without");
  }
  zip_file_t* const file = zip_fopen_index(opened_->archive, index, 0);
  if (file == nullptr) {
    refuse(std::string("cannot be read: ") + zip_strerror(opened_->archive));
  }
  return std::make_unique<zip_member>(file, name(index), opened_->budget);
}

}  // namespace ingest::rest
