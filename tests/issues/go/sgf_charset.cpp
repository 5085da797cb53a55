// The charset of a file is what CA in its root says, not "CA[" inside another value.
#include <doctest/doctest.h>

#include <tengen/apps/go/sgf/charset.h>
#include <tengen/apps/go/sgf/tree.h>

#include "../../temporary.h"

using namespace tengen::go;

namespace {
std::string text(const std::string& file, const char* id, size_t node = 0) {
  return sgf::parse(file).at(0).nodes.at(node).text(id);
}
}  // namespace

TEST_CASE("sgf: CA inside another value is no charset") {
  // By GB18030 "\xa0]" would be one character, and its value would not end.
  CHECK(text("(;C[(;CA[GB18030\\]]PB[x\xe9])", "PB") == "x\xc3\xa9");
  CHECK(text("(;PB[J\xfcrgen]C[CA[UTF-8])", "PB") == "J\xc3\xbcrgen");
  CHECK(text("mail CA[GBK] (;PB[J\xfcrgen])", "PB") == "J\xc3\xbcrgen");
  CHECK(text("(;PB[J\xfcrgen];CA[GBK])", "PB") == "J\xc3\xbcrgen");  // not in the root
  CHECK(text("(;C[CA[UTF-8\\]]CA[ISO-8859-1]PB[J\xfcrgen])", "PB") == "J\xc3\xbcrgen");
  CHECK(text("(;\n CA [ ISO-8859-1 ] PB[J\xfcrgen])", "PB") == "J\xc3\xbcrgen");
  CHECK(text("(;CA[a/b]PB[J\xfcrgen])", "PB") == "J\xc3\xbcrgen");
}

TEST_CASE("sgf: a charset is found behind values that are written in it") {
  // In Shift-JIS the second byte of a character may be a backslash: U+8868 is 95 5C.
  if (sgf::to_utf8("\x95\x5c", "SHIFT_JIS") != "\xe8\xa1\xa8") return;
  CHECK(text("(;PB[\x95\x5c]CA[Shift_JIS]PW[\x95\x5c])", "PW") == "\xe8\xa1\xa8");
}

TEST_CASE("sgf: what is read with odd charsets and written is read the same") {
  const std::string file =
      "(;FF[-]G[9HAAW]K[7M]hiAB[(;CA[GB18030]C["
      "\x81"
      "0;CA[GB18030]C["
      "\x81"
      "0"
      "\x81"
      "02;Ga]e[2]CA[Sh]PL["
      "\x81"
      "02;]K[7M]hiAB[aa:cc]PL[W];W[]GM[aa:c(;ZS;W[W];W[ee])";
  const std::string once = sgf::write(sgf::parse(file));
  CHECK(sgf::write(sgf::parse(once)) == once);
  const std::string odd = "(;C[CA[GB18030]AB[\xa0]W[ee])";
  const std::string written = sgf::write(sgf::parse(odd));
  CHECK(sgf::write(sgf::parse(written)) == written);
  CHECK(text(written, "W") == "ee");
}
