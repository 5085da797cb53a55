#include <tengen/apps/go/sgf/game.h>

#include "../target.h"

namespace tengen::fuzz {
namespace {

using namespace tengen::go;

void read(std::string_view bytes) {
  const std::vector<sgf::Tree> trees = sgf::parse(bytes);
  const std::string text = sgf::write(trees);
  if (sgf::write(sgf::parse(text)) != text) wrong("what was written is read as something else");
  for (const sgf::Tree& tree : trees) {
    try {
      const sgf::Replay replay = sgf::replay(tree);
      sgf::write({sgf::to_tree(replay.game, replay.result)});
    } catch (const sgf::SgfError&) {
    }
  }
}

std::string letters(int number) {
  std::string text(5, 'A');
  for (char& c : text) c = char('A' + number % 26), number /= 26;
  return text;
}

std::vector<std::string> seeds() {
  std::string properties = "(;";
  for (int i = 0; i < 600; ++i) properties += letters(i) + "[]";
  return {
      "(;FF[4]GM[1]SZ[9]KM[7]RU[Chinese]PB[a]PW[b]RE[B+3.5];B[ee];W[ec](;B[cc]C[good])(;B[dd]);W[];B[tt])",
      "(;SZ[19]HA[2]AB[dd][pp:qq]AE[aa]PL[W]KM[0.5]CA[ISO-8859-1]C[\xe9\\]];W[dp])",
      "(;GM[1]SZ[5]CA[GB18030]C[\x84\x31\xa4\x37];B[aa])",
      "(;FF[-]G[9HAAW]K[7]hiAB[(;CA[GB18030]C[\xf2])",  // a charset's name inside of another value
      "(;SZ[2];B[aa];W[bb];B[ab];W[ba];B[aa])",
      "junk (;B[aa]) more (;W[bb]) (",
      properties + ")",
      "(" + repeated(";", 2000) + ")",
      repeated("(;B[aa]", 1000) + repeated(")", 1000),
      "\xef\xbb\xbf(;SZ[9:9]KM[375]AB[aa:cc])",
      "(;SZ[52];B[AZ])"};
}

const Added added({"sgf", 4096, read, seeds, {"(;",    ";B[",       ";W[",         "SZ[",        "KM[",
                                              "HA[",   "AB[",       "AW[",         "AE[",        "PL[",
                                              "RU[",   "CA[UTF-8]", "CA[GB18030]", "CA[UTF-16]", "CA[EUC-KR]",
                                              "aa:ss", "[tt]",      "\\]",         "\\\n",       "FF[4]",
                                              "GM[1]"}});

}  // namespace
}  // namespace tengen::fuzz
