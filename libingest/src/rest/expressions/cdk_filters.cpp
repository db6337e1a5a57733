// The filters that the CDK adds to Jinja's, or puts in their place (`string`), and one of our own (`itself`).
#include "core/base64.hpp"
#include "core/utf8.hpp"
#include "rest/expressions/digests.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/filter_tables.hpp"
#include "rest/expressions/operations.hpp"
#include "rest/expressions/patterns.hpp"
#include "rest/expressions/python_json.hpp"

namespace ingest::rest::expressions {

namespace {

value hash(const value& of, const arguments& with) {
  const auto given = with.bound_to("hash", {"hash_type", "salt"}, 0);
  const std::string name = given[0] ? text_in(*given[0], "hash") : "md5";
  const std::string salt = given[1] && given[1]->truth() ? given[1]->to_text() : "";
  const auto made = digest(name, of.to_text(), salt);
  if (!made) {
    fail(fault::kind::other, "there is no hash function '" + name.substr(0, 40) + "'; usual are md5 and sha256");
  }
  return value::text_of(*made);
}

/// A method that only texts have: AttributeError in Python.
const std::string& only_text(const value& of, const char* filter) {
  if (!of.is_text()) {
    require_defined(of);
    fail(fault::kind::other, std::string(filter) + " takes a text, not '" + type_name(of) + "'");
  }
  return of.text();
}

value base64encode(const value& of, const arguments& with) {
  with.bound_to("base64encode", {}, 0);
  return value::text_of(detail::base64(only_text(of, "base64encode")));
}

value base64decode(const value& of, const arguments& with) {
  with.bound_to("base64decode", {}, 0);
  const auto decoded = from_base64(only_text(of, "base64decode"));
  if (!decoded || !detail::is_utf8(*decoded)) {
    fail(fault::kind::value, "base64decode takes a text in base64");
  }
  return value::text_of(*decoded);
}

/// Whatever its name says, it encodes; of ASCII only.
value base64binascii_decode(const value& of, const arguments& with) {
  with.bound_to("base64binascii_decode", {}, 0);
  const std::string& text = only_text(of, "base64binascii_decode");
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) {
      fail(fault::kind::value, "base64binascii_decode takes ASCII");
    }
  }
  return value::text_of(detail::base64(text));
}

/// Anything but a text becomes JSON in quotes that the literal reader takes off again.
value string(const value& of, const arguments& with) {
  with.bound_to("string", {}, 0);
  return of.is_text() ? of : value::text_of("\"\"\"" + python_json(of) + "\"\"\"");
}

/// What is rendered is read as a Python literal: so written, each value is what it was, also the text '0x10'.
value itself(const value& of, const arguments& with) {
  with.bound_to("itself", {}, 0);
  return of.is_undefined() ? of : value::text_of(of.to_repr());
}

value regex_search(const value& of, const arguments& with) {
  const value regex = *with.bound_to("regex_search", {"regex"}, 1)[0];
  const auto found = first_group(text_in(of, "regex_search"), text_in(regex, "regex_search"));
  return found ? value::text_of(*found) : value();
}

value regex_replace(const value& of, const arguments& with) {
  const auto given = with.bound_to("regex_replace", {"regex", "replacement"}, 2);
  return value::text_of(substituted(text_in(of, "regex_replace"), text_in(*given[0], "regex_replace"),
                                    text_in(*given[1], "regex_replace")));
}

value hmac(const value& of, const arguments& with) {
  const auto given = with.bound_to("hmac", {"key", "hash_type"}, 1);
  if (given[1] && !(*given[1] == value::text_of("sha256"))) {
    fail(fault::kind::value, "hmac is by 'sha256' only");
  }
  return value::text_of(hmac_sha256(of.to_text(), given[0]->to_text()));
}

}  // namespace

const filter_table& cdk_filters() {
  static const filter_table all = {
      {"hash", hash},
      {"base64encode", base64encode},
      {"base64decode", base64decode},
      {"base64binascii_decode", base64binascii_decode},
      {"string", string},
      {"itself", itself},
      {"regex_search", regex_search},
      {"regex_replace", regex_replace},
      {"hmac", hmac},
  };
  return all;
}

}  // namespace ingest::rest::expressions
