#include <algorithm>

#include "rest/expressions/fault.hpp"
#include "rest/expressions/parser.hpp"

namespace ingest::rest::expressions {

namespace {

constexpr std::size_t max_nesting = 40;

class statement_parser {
 public:
  explicit statement_parser(token_stream& in) : in_(in), expressions_(in) {}

  /// Up to one of the tags of `ends`, whose name is the next token; up to the end of the text where there are none.
  block until(std::initializer_list<std::string_view> ends) {
    if (++nesting_ > max_nesting) {
      fail(fault::kind::syntax, "its statements are nested too deeply");
    }
    block read;
    while (in_.current().what != token::kind::end) {
      if (in_.current().what == token::kind::block_begin) {
        in_.take();
        if (std::any_of(ends.begin(), ends.end(), [&](auto end) { return in_.current().is_name(end); })) {
          --nesting_;
          return read;
        }
        read.push_back(tag());
      } else {
        read.push_back(plain());
      }
    }
    if (ends.size() != 0) {
      in_.refuse("{% " + std::string(*(ends.end() - 1)) + " %}");
    }
    --nesting_;
    return read;
  }

 private:
  statement plain() {
    statement made;
    if (in_.current().what == token::kind::data) {
      made.text = in_.take().text;
      return made;
    }
    in_.expect(token::kind::variable_begin);
    made.what = statement::kind::output;
    made.of = expressions_.tuple();
    in_.expect(token::kind::variable_end);
    return made;
  }

  statement tag() {
    const std::string name = in_.expect_name();
    if (name == "set") {
      return set();
    }
    if (name == "if") {
      return branches();
    }
    if (name == "for") {
      return loop();
    }
    if (name == "with") {
      return scope();
    }
    fail(fault::kind::syntax, "{% " + name + " %} is not supported");
  }

  block body(std::initializer_list<std::string_view> ends) {
    in_.skip_sign(":");
    in_.expect(token::kind::block_end);
    return until(ends);
  }

  void end_tag() {
    in_.take();
    in_.expect(token::kind::block_end);
  }

  statement set() {
    statement made;
    made.what = statement::kind::set;
    if (in_.ahead().is(".")) {
      made.what = statement::kind::set_field;
      made.target = made_of(expression::kind::name, {}, in_.expect_name());
      in_.take();
      made.text = in_.expect_name();
    } else {
      made.target = expressions_.target();
    }
    if (in_.skip_sign("=")) {
      made.of = expressions_.tuple();
      in_.expect(token::kind::block_end);
      return made;
    }
    if (made.what == statement::kind::set_field) {
      in_.refuse("'='");
    }
    made.what = statement::kind::set_block;
    made.of = expressions_.filters();
    made.body = body({"endset"});
    end_tag();
    return made;
  }

  statement branches() {
    statement made;
    made.what = statement::kind::branches;
    do {
      statement branch;
      branch.what = statement::kind::branch;
      branch.of = expressions_.tuple(false);
      branch.body = body({"elif", "else", "endif"});
      made.body.push_back(std::move(branch));
    } while (in_.skip_name("elif"));
    if (in_.skip_name("else")) {
      made.otherwise = body({"endif"});
    }
    end_tag();
    return made;
  }

  statement loop() {
    statement made;
    made.what = statement::kind::loop;
    made.target = expressions_.target();
    if (!in_.skip_name("in")) {
      in_.refuse("'in'");
    }
    made.of = expressions_.tuple(false);
    if (in_.skip_name("if")) {
      made.tests.push_back(expressions_.whole());
    }
    if (in_.current().is_name("recursive")) {
      fail(fault::kind::syntax, "recursive loops are not supported");
    }
    made.body = body({"else", "endfor"});
    if (in_.skip_name("else")) {
      made.otherwise = body({"endfor"});
    }
    end_tag();
    return made;
  }

  statement scope() {
    statement made;
    made.what = statement::kind::scope;
    while (in_.current().what != token::kind::block_end) {
      statement variable;
      variable.what = statement::kind::set;
      variable.target = made_of(expression::kind::name, {}, in_.expect_name());
      in_.expect_sign("=");
      variable.of = expressions_.whole();
      made.body.push_back(std::move(variable));
      if (in_.current().what != token::kind::block_end) {
        in_.expect_sign(",");
      }
    }
    block inner = body({"endwith"});
    end_tag();
    std::move(inner.begin(), inner.end(), std::back_inserter(made.body));
    return made;
  }

  token_stream& in_;
  expression_parser expressions_;
  std::size_t nesting_ = 0;
};

}  // namespace

block parse_template(std::string_view text) {
  token_stream in(tokens_of(text));
  return statement_parser(in).until({});
}

}  // namespace ingest::rest::expressions
