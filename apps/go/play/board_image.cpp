#include <tengen/apps/go/play/board_image.h>

#include <algorithm>
#include <string>
#include <vector>

#include <tengen/apps/common/draw.h>
#include <tengen/apps/go/board/text.h>

namespace tengen::go {
namespace {

constexpr apps::Color kWood{224, 184, 120}, kLine{70, 50, 25}, kBlack{25, 25, 28}, kWhite{248, 248, 245};

// Lines of the points that are marked on a board: those of the corners, and the middle where there is one.
std::vector<int> marked_lines(int size) {
  if (size < 5) return {};
  const int corner = size >= 13 ? 3 : 2;
  std::vector<int> lines{corner, size - 1 - corner};
  if (size % 2 == 1) lines.push_back(size / 2);
  return lines;
}

class BoardPainter {
 public:
  explicit BoardPainter(int size)
      : size_(size), cell_(std::clamp(760 / size, 36, 72)), margin_(cell_), image_(side(), side()) {
    apps::fill_rect(image_, 0, 0, image_.width, image_.height, kWood);
    const double last = place(size - 1);
    for (int i = 0; i < size; ++i) {
      line({place(i), place(0)}, {place(i), last}, 1.5);
      line({place(0), place(i)}, {last, place(i)}, 1.5);
      const std::string point = to_string(Point(i * size + i), size);  // its column, and its row from below
      text(place(i), margin_ * 0.3, point.substr(0, 1), kLine);
      text(margin_ * 0.3, place(i), point.substr(1), kLine);
    }
    for (const int y : marked_lines(size))
      for (const int x : marked_lines(size))
        if (size >= 19 || (x == size / 2) == (y == size / 2)) disc(x, y, cell_ * 0.18, kLine);
  }

  void stone(Point point, Color color, int number) {
    const int x = point % size_, y = point / size_;
    const bool black = color == Color::black;
    disc(x, y, cell_ * 0.94, kLine);
    disc(x, y, cell_ * 0.94 - 2, black ? kBlack : kWhite);
    if (number > 0) text(place(x), place(y), std::to_string(number), black ? kWhite : kBlack);
  }

  apps::Image take() { return std::move(image_); }

 private:
  int side() const { return cell_ * (size_ - 1) + 2 * margin_; }
  double place(int i) const { return margin_ + i * cell_; }
  void line(apps::Point from, apps::Point to, double thickness) {
    apps::draw_lines(image_, std::vector<apps::Point>{from, to}, kLine, thickness);
  }
  // A line of no length has round ends.
  void disc(int x, int y, double diameter, apps::Color color) {
    const apps::Point center{place(x), place(y)};
    apps::draw_lines(image_, std::vector<apps::Point>{center, center}, color, diameter);
  }
  void text(double x, double y, const std::string& text, apps::Color color) {
    const int font = cell_ / (text.size() > 2 ? 3 : 2) * 3 / 4;
    apps::draw_text(image_, int(x) - apps::text_width(text, font) / 2, int(y) - font * 3 / 8, text, color,
                    font);
  }

  int size_, cell_, margin_;
  apps::Image image_;
};

}  // namespace

apps::Image draw_board(const Game& game) {
  std::vector<int> numbers(size_t(game.board().points()), 0);
  const auto moves = game.moves();
  for (size_t i = 0; i < moves.size(); ++i)
    if (moves[i].point < numbers.size()) numbers[moves[i].point] = int(i) + 1;
  BoardPainter painter(game.size());
  for (Point p = 0; p < game.board().points(); ++p)
    if (const Color color = game.board().at(p); color != Color::empty) painter.stone(p, color, numbers[p]);
  return painter.take();
}

}  // namespace tengen::go
