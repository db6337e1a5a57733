#include "json/json_pointer.hpp"

#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"

using ingest::json_pointer;
using tokens = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(json_pointers)

BOOST_AUTO_TEST_CASE(take_a_path_apart) {
  BOOST_TEST((json_pointer("/id").tokens() == tokens{"id"}));
  BOOST_TEST((json_pointer("/a/0/b c").tokens() == tokens{"a", "0", "b c"}));
  BOOST_TEST((json_pointer("").tokens().empty()));
  BOOST_TEST((json_pointer("/").tokens() == tokens{""}));
}

BOOST_AUTO_TEST_CASE(resolve_their_escapes) {
  BOOST_TEST((json_pointer("/a~1b/m~0n/~01").tokens() == tokens{"a/b", "m~n", "~1"}));
}

BOOST_AUTO_TEST_CASE(refuse_what_is_none) {
  for (const std::string& text : {std::string("id"), std::string("/a~"), std::string("/a~2"), std::string(33, '/')}) {
    BOOST_CHECK_EXCEPTION(json_pointer{text}, ingest::error,
                          [](const ingest::error& e) { return e.code() == ingest::errc::config; });
  }
}

BOOST_AUTO_TEST_SUITE_END()
