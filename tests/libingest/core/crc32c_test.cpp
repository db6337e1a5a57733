#include <boost/test/unit_test.hpp>
#include <string>

#include "buffer/disk_buffer.hpp"
#include "core/crc32c.hpp"

using ingest::crc32c;

BOOST_AUTO_TEST_SUITE(crc32c_of_bytes)

BOOST_AUTO_TEST_CASE(agrees_with_the_check_value_of_the_polynomial) {
  BOOST_TEST(crc32c("123456789") == 0xE3069283u);
}

// RFC 3720, appendix B.4, which prints the values byte by byte, the least significant first.
BOOST_AUTO_TEST_CASE(agrees_with_the_vectors_of_rfc_3720) {
  std::string ascending;
  for (int i = 0; i < 32; ++i) {
    ascending += static_cast<char>(i);
  }
  const std::string descending(ascending.rbegin(), ascending.rend());
  BOOST_TEST(crc32c(std::string(32, '\0')) == 0x8A9136AAu);
  BOOST_TEST(crc32c(std::string(32, '\xFF')) == 0x62A8AB43u);
  BOOST_TEST(crc32c(ascending) == 0x46DD794Eu);
  BOOST_TEST(crc32c(descending) == 0x113FDB5Cu);
}

BOOST_AUTO_TEST_CASE(is_zero_for_nothing) {
  BOOST_TEST(crc32c("") == 0u);
}

BOOST_AUTO_TEST_CASE(changes_with_every_single_bit) {
  std::string text = "an event's bytes";
  const auto whole = crc32c(text);
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
    BOOST_TEST(crc32c(text) != whole);
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
  }
}

BOOST_AUTO_TEST_SUITE_END()
