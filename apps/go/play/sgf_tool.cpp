#include <tengen/apps/go/play/sgf_tool.h>

#include <algorithm>
#include <utility>

#include <tengen/apps/common/image.h>
#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/play/board_image.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

sgf::Replay select(const std::string& path, const SgfSelection& selection) {
  int games = 0;
  sgf::Tree tree;
  sgf::read(path, [&](sgf::Tree game) {
    if (++games == selection.game) tree = std::move(game);
  });
  TENGEN_CHECK(selection.game >= 1 && selection.game <= games, path, ": there is no game ", selection.game,
               " of ", games);
  try {
    return sgf::replay(tree, selection.rules);
  } catch (const sgf::SgfError& error) {
    fail(path, ":", error.what());
  }
}

/// The game after `moves` moves of another.
Game first_moves(const Game& game, size_t moves) {
  Game part(game.size(), game.rules(), game.start_stones(), game.start_to_move());
  for (const auto& [color, point] : game.moves().first(moves)) part.play_unchecked(color, point);
  return part;
}

void print_head(const sgf::Replay& replay, std::ostream& out) {
  const auto named = [](const std::string& name) { return name.empty() ? "?" : name; };
  const Game& game = replay.game;
  out << "black: " << named(replay.black) << ", white: " << named(replay.white) << "\n"
      << game.size() << "x" << game.size() << ", " << describe(game.rules()) << ", " << game.moves().size()
      << " moves" << (game.handicap() > 0 ? detail::str(", handicap ", game.handicap()) : "") << "\n";
  for (const std::string& warning : replay.warnings) out << "warning: " << warning << "\n";
}

void print_result(const sgf::Replay& replay, const Game& game, std::ostream& out) {
  out << "result in the file: " << (replay.result.empty() ? "none" : replay.result)
      << "; by area of all stones: " << game.result() << "\n";
}

}  // namespace

int check_sgf(const std::vector<std::string>& paths, std::ostream& out) {
  int bad = 0;
  for (const std::string& path : paths) {
    bool good = true;
    try {
      int number = 0;
      sgf::read(path, [&](const sgf::Tree& tree) {
        ++number;
        try {
          const sgf::Replay replay = sgf::replay(tree);
          for (const std::string& warning : replay.warnings) {
            out << path << ": game " << number << ": warning: " << warning << "\n";
          }
          out << path << ": game " << number << ": " << replay.game.size() << "x" << replay.game.size()
              << ", " << replay.game.moves().size() << " moves, " << tree.nodes.size() << " nodes\n";
        } catch (const sgf::SgfError& error) {
          out << path << ":" << error.what() << "\n";
          good = false;
        }
      });
    } catch (const Error& error) {
      out << error.what() << "\n";
      good = false;
    }
    bad += !good;
  }
  return bad;
}

void print_sgf(const std::string& path, const SgfSelection& selection, std::ostream& out,
               const std::string& image) {
  const sgf::Replay replay = select(path, selection);
  const size_t all = replay.game.moves().size();
  const size_t moves = selection.move ? std::min(size_t(*selection.move), all) : all;
  const Game game = first_moves(replay.game, moves);
  print_head(replay, out);
  out << "after " << moves << " moves, " << to_string(game.to_move()) << " to move:\n"
      << to_string(game.board());
  print_result(replay, game, out);
  if (!image.empty()) apps::save_image(image, draw_board(game));
}

void replay_sgf(const std::string& path, const SgfSelection& selection, std::ostream& out) {
  const sgf::Replay replay = select(path, selection);
  print_head(replay, out);
  const auto moves = replay.game.moves();
  const size_t count = selection.move ? std::min(size_t(*selection.move), moves.size()) : moves.size();
  Game game = first_moves(replay.game, 0);
  for (size_t i = 0; i < count; ++i) {
    const auto [color, point] = moves[i];
    const Color other = opposite(color);
    const int before[] = {game.board().prisoners(other), game.board().prisoners(color)};
    game.play_unchecked(color, point);
    out << i + 1 << " " << to_string(color) << " " << to_string(point, game.size());
    if (const int taken = game.board().prisoners(other) - before[0]) out << ", captures " << taken;
    if (const int lost = game.board().prisoners(color) - before[1]) out << ", removes its own " << lost;
    out << "\n";
  }
  print_result(replay, game, out);
}

}  // namespace tengen::go
