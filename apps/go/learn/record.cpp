#include <tengen/apps/go/learn/record.h>

#include <algorithm>
#include <bit>

#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/sgf/game.h>

namespace tengen::go {
namespace {

constexpr uint8_t kVersion = 1;

uint32_t fnv1a(std::string_view bytes) {
  uint32_t hash = 2166136261u;
  for (const char c : bytes) hash = (hash ^ uint8_t(c)) * 16777619u;
  return hash;
}

void put_fixed(std::string& out, uint32_t value) {
  for (int i = 0; i < 4; ++i) out += char(value >> (8 * i));
}

void put_varint(std::string& out, uint32_t value) {  // 7 bits a byte, the lowest first
  for (; value >= 128; value >>= 7) out += char(value | 128);
  out += char(value);
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  size_t left() const { return bytes_.size() - at_; }
  uint8_t byte() {
    TENGEN_CHECK(left() > 0, "turns of a game: the bytes end early");
    return uint8_t(bytes_[at_++]);
  }
  uint32_t fixed() {
    uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value |= uint32_t(byte()) << (8 * i);
    return value;
  }
  float real() { return std::bit_cast<float>(fixed()); }
  /// At most `most`.
  uint32_t varint(const char* what, uint32_t most) {
    uint64_t value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      const uint8_t b = byte();
      value |= uint64_t(b & 127) << shift;
      if (b < 128) {
        TENGEN_CHECK(value <= most, "turns of a game: ", what, " is ", value, ", expected at most ", most);
        return uint32_t(value);
      }
    }
    fail("turns of a game: ", what, " is no number");
  }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

std::string points_text(double score) {
  return plain_text::format("%s+%.1f", score < 0 ? "W" : "B", std::abs(score));
}

/// "Black wins 62.5%, B+2.3, 64 visits: E5 40, D4 20, pass 4"
std::string comment(const Turn& turn, Color to_move, int size) {
  std::string text;
  const int sign = to_move == Color::black ? 1 : -1;
  text += plain_text::format("Black wins %.1f%%, ", 50 + 50. * sign * turn.value) +
          points_text(sign * turn.score) + (turn.full ? ", full search" : "");
  auto visits = turn.visits;
  std::stable_sort(visits.begin(), visits.end(), [](auto& a, auto& b) { return a.second > b.second; });
  const char* separator = ": ";
  for (const auto& [move, count] : visits) {
    text += separator + to_string(move, size) + " " + std::to_string(count);
    separator = ", ";
  }
  return text;
}

}  // namespace

int GameRecord::rows() const {
  return int(std::count_if(turns.begin(), turns.end(), [](const Turn& turn) { return turn.full; }));
}

Game replay(const GameRecord& record, int turns) {
  TENGEN_CHECK(turns >= 0 && size_t(turns) <= record.turns.size(), "replay of ", turns,
               " turns: the game has ", record.turns.size());
  Game game(record.size, record.rules);
  for (int i = 0; i < turns; ++i) {
    const std::string why = game.why_illegal(game.to_move(), record.turns[i].move);
    TENGEN_CHECK(why.empty(), "replay: move ", i + 1, ": ", why);
    game.play_unchecked(record.turns[i].move);
  }
  return game;
}

Area final_area(const GameRecord& record) { return area_of(replay(record).board()); }

void set_outcome(GameRecord& record, const Game& final_position) {
  record.score = float(final_position.score());
  record.winner = record.score > 0 ? 1 : record.score < 0 ? -1 : 0;
  record.resigned = false;
}

std::string result_text(const GameRecord& record) {
  if (record.winner == 0) return "0";
  const std::string winner = record.winner > 0 ? "B+" : "W+";
  return winner + (record.resigned ? "R" : detail::str(std::abs(record.score)));
}

std::string to_sgf(const GameRecord& record, bool comments) {
  sgf::Tree tree = sgf::to_tree(replay(record), result_text(record));
  if (!record.note.empty()) tree.nodes[0].add("GC", record.note);
  if (record.network != 0) {
    const std::string name = "network " + std::to_string(record.network);
    tree.nodes[0].add("PB", name);
    tree.nodes[0].add("PW", name);
  }
  for (size_t i = 0; comments && i < record.turns.size(); ++i) {  // node 0 is the root, then one a move
    const Turn& turn = record.turns[i];
    if (turn.visits.empty()) continue;
    tree.nodes[i + 1].add("C", comment(turn, i % 2 == 0 ? Color::black : Color::white, record.size));
  }
  return sgf::write({tree});
}

std::string encode_turns(const GameRecord& record) {
  const Point pass = Point(geometry(record.size).points);
  const auto check = [&](Point move) {
    TENGEN_CHECK(move <= pass, "turns of a game: move ", move, " on a board of size ", record.size);
  };
  std::string bytes(1, char(kVersion));
  put_varint(bytes, uint32_t(record.turns.size()));
  for (const Turn& turn : record.turns) {
    check(turn.move);
    put_varint(bytes, 2u * turn.move + turn.full);
    put_fixed(bytes, std::bit_cast<uint32_t>(turn.value));
    put_fixed(bytes, std::bit_cast<uint32_t>(turn.score));
    put_varint(bytes, uint32_t(turn.visits.size()));
    for (const auto& [move, visits] : turn.visits) {
      check(move);
      put_varint(bytes, move);
      put_varint(bytes, visits);
    }
  }
  put_fixed(bytes, fnv1a(bytes));
  return bytes;
}

std::vector<Turn> decode_turns(std::string_view bytes, int size) {
  const Point pass = Point(geometry(size).points);
  TENGEN_CHECK(bytes.size() >= 6, "turns of a game: ", bytes.size(), " bytes are too few");
  const std::string_view body = bytes.substr(0, bytes.size() - 4);
  TENGEN_CHECK(uint8_t(body[0]) == kVersion, "turns of a game: version ", int(uint8_t(body[0])),
               ", expected ", int(kVersion));
  TENGEN_CHECK(Reader(bytes.substr(body.size())).fixed() == fnv1a(body),
               "turns of a game: the bytes were changed or cut short (wrong check sum)");
  Reader in(body);
  in.byte();
  // A turn takes ten bytes or more, a candidate two: no count makes us reserve more than the bytes can hold.
  std::vector<Turn> turns(in.varint("the number of turns", uint32_t(in.left() / 10)));
  for (Turn& turn : turns) {
    const uint32_t move = in.varint("a move", 2u * pass + 1);
    turn.move = Point(move / 2);
    turn.full = move % 2;
    turn.value = in.real();
    turn.score = in.real();
    turn.visits.resize(in.varint("the number of moves with visits", uint32_t(in.left() / 2)));
    for (auto& [point, visits] : turn.visits) {
      point = Point(in.varint("a move", pass));
      visits = uint16_t(in.varint("a number of visits", 65535));
    }
  }
  TENGEN_CHECK(in.left() == 0, "turns of a game: ", in.left(), " bytes too many");
  return turns;
}

}  // namespace tengen::go
