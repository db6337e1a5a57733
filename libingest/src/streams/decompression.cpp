#include "streams/decompression.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include "ingest/error.hpp"

namespace ingest::detail {

namespace {

constexpr std::size_t chunk_bytes = 128 << 10;

[[noreturn]] void fail(const std::string& name, const std::string& what) {
  throw error(errc::bad_data, name + " cannot be decompressed: " + what);
}

/// Takes the zeros between `at` and the end of `bytes` for padding, as tapes and some archives have it behind
/// compressed data; `more` reads on. Throws where other bytes follow.
template <class More>
void skip_padding(const char* at, std::size_t size, const std::string& name, More more) {
  for (;;) {
    if (std::any_of(at, at + size, [](char c) { return c != '\0'; })) {
      fail(name, "zeros and then other bytes follow the compressed data");
    }
    std::tie(at, size) = more();
    if (size == 0) {
      return;
    }
  }
}

class gzip_input final : public byte_input {
 public:
  gzip_input(std::unique_ptr<byte_input> from, std::string name)
      : from_(std::move(from)), name_(std::move(name)), chunk_(chunk_bytes) {
    constexpr int gzip_only = 15 + 16;
    if (::inflateInit2(&z_, gzip_only) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~gzip_input() override { ::inflateEnd(&z_); }
  gzip_input(const gzip_input&) = delete;
  gzip_input& operator=(const gzip_input&) = delete;

  std::size_t read(char* to, std::size_t size) override {
    z_.next_out = reinterpret_cast<Bytef*>(to);
    z_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
    const uInt room = z_.avail_out;
    while (z_.avail_out == room) {
      if (z_.avail_in == 0 && !refill()) {
        if (in_member_) {
          fail(name_, "it is cut off");
        }
        return 0;
      }
      if (!in_member_ && *z_.next_in == 0) {
        skip_padding(reinterpret_cast<const char*>(z_.next_in), z_.avail_in, name_, [this] {
          refill();
          return std::pair(static_cast<const char*>(chunk_.data()), std::size_t{z_.avail_in});
        });
        z_.avail_in = 0;
        return 0;
      }
      step();
    }
    return room - z_.avail_out;
  }

 private:
  bool refill() {
    z_.avail_in = static_cast<uInt>(from_->read(chunk_.data(), chunk_.size()));
    z_.next_in = reinterpret_cast<Bytef*>(chunk_.data());
    return z_.avail_in > 0;
  }

  void step() {
    in_member_ = true;
    const int outcome = ::inflate(&z_, Z_NO_FLUSH);
    if (outcome == Z_STREAM_END) {
      in_member_ = false;
      ::inflateReset(&z_);  // another member may follow
    } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
      fail(name_, z_.msg ? z_.msg : "it is damaged");
    }
  }

  std::unique_ptr<byte_input> from_;
  std::string name_;
  std::vector<char> chunk_;
  z_stream z_{};
  bool in_member_ = true;
};

class zstd_input final : public byte_input {
 public:
  zstd_input(std::unique_ptr<byte_input> from, std::string name)
      : from_(std::move(from)), name_(std::move(name)), chunk_(chunk_bytes), context_(::ZSTD_createDCtx()) {
    if (!context_) {
      throw std::bad_alloc();
    }
  }

  std::size_t read(char* to, std::size_t size) override {
    ZSTD_outBuffer out{to, size, 0};
    while (out.pos == 0) {
      if (!in_frame_ && in_.pos < in_.size && chunk_[in_.pos] == '\0') {
        skip_padding(chunk_.data() + in_.pos, in_.size - in_.pos, name_, [this] {
          refill();
          return std::pair(static_cast<const char*>(chunk_.data()), in_.size);
        });
        return 0;
      }
      // Also without new input: what was decompressed may not have fitted into the last buffer.
      const std::size_t before = in_.pos;
      const std::size_t outcome = ::ZSTD_decompressStream(context_.get(), &out, &in_);
      if (::ZSTD_isError(outcome)) {
        fail(name_, ::ZSTD_getErrorName(outcome));
      }
      if (in_.pos != before || out.pos > 0) {
        in_frame_ = outcome != 0;
      }
      if (out.pos == 0 && in_.pos == in_.size && !refill()) {
        if (in_frame_) {
          fail(name_, "it is cut off");
        }
        return 0;
      }
    }
    return out.pos;
  }

 private:
  struct freed {
    void operator()(ZSTD_DCtx* c) const { ::ZSTD_freeDCtx(c); }
  };

  bool refill() {
    in_ = {chunk_.data(), from_->read(chunk_.data(), chunk_.size()), 0};
    return in_.size > 0;
  }

  std::unique_ptr<byte_input> from_;
  std::string name_;
  std::vector<char> chunk_;
  std::unique_ptr<ZSTD_DCtx, freed> context_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool in_frame_ = true;
};

}  // namespace

std::unique_ptr<byte_input> decompress_gzip(std::unique_ptr<byte_input> compressed, std::string name) {
  return std::make_unique<gzip_input>(std::move(compressed), std::move(name));
}

std::unique_ptr<byte_input> decompress_zstd(std::unique_ptr<byte_input> compressed, std::string name) {
  return std::make_unique<zstd_input>(std::move(compressed), std::move(name));
}

}  // namespace ingest::detail
