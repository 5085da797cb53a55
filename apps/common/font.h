// A stroke font for ASCII, drawn for this program. Internal to draw.cpp.
#pragma once

#include <string_view>

namespace tengen::apps {

// A glyph is a list of strokes, separated by blanks; a stroke is a list of points, two characters each: x
// from '0' rightwards, y from 'a' (top of the capitals) downwards; 'e' is the height of small letters, 'm'
// the base line, 'q' the end of descenders. A stroke of one point twice is a dot.
inline constexpr int kFontHeight = 'q' - 'a';
inline constexpr int kFontGap = 4;         // between glyphs
inline constexpr int kFontBlank = 4;       // width of a blank
inline constexpr int kFontDigitWidth = 7;  // so that columns of numbers align
inline constexpr char kFontFirst = ' ', kFontLast = '~';

inline constexpr std::string_view kFont[] = {
    "",                                                     // blank
    "0a0i 0m0m",                                            // !
    "0a0d 3a3d",                                            // "
    "2a1m 6a5m 0e7e 0i7i",                                  // #
    "7d5b2b0d0e2g5g7i7j5l2l0j 3a3n",                        // $
    "1a0b0d1e2e3d3b2a1a 6i5j5l6m7m8l8j7i6i 7a1m",           // %
    "8m1d1b2a4a5b5d0h0k2m4m8h",                             // &
    "0a0d",                                                 // '
    "2a0d0k2n",                                             // (
    "0a2d2k0n",                                             // )
    "3b3h 0c6g 6c0g",                                       // *
    "3e3k 0h6h",                                            // +
    "1l1m0o",                                               // ,
    "0h4h",                                                 // -
    "0m0m",                                                 // .
    "5a0n",                                                 // /
    "2a1b0d0j1l2m5m6l7j7d6b5a2a",                           // 0
    "1c4a4m",                                               // 1
    "0d1b2a5a6b7d7e6g0m7m",                                 // 2
    "0c1b2a5a6b7c7d6e4f2f 4f6g7h7j6l5m2m1l0k",              // 3
    "5m5a0i7i",                                             // 4
    "7a1a0g2e5e6f7h7j6l5m2m1l0k",                           // 5
    "6b5a3a1b0e0j1l2m5m6l7j7h6f5e2e1f0h",                   // 6
    "0a7a2m",                                               // 7
    "2a1b0c0d1e2f5f6g7h7j6l5m2m1l0j0h1g2f 5f6e7d7c6b5a2a",  // 8
    "1l2m4m6l7i7d6b5a2a1b0d0e1g2h5h6g7e",                   // 9
    "0f0f 0m0m",                                            // :
    "1f1f 1l1m0o",                                          // ;
    "6d0h6l",                                               // <
    "0f6f 0j6j",                                            // =
    "0d6h0l",                                               // >
    "0c1b2a4a5b6c6d5f3h3i 3m3m",                            // ?
    "6i6f5e4e3f2h3j5j6i7j8h8d7b5a3a1b0d0j1l3m6m",           // @
    "0m4a8m 1i7i",                                          // A
    "0m0a5a6b7c7d6e5f0f 5f7g8i8j7l5m0m",                    // B
    "8c7b5a3a1b0d0j1l3m5m7l8k",                             // C
    "0a0m4m6l7k8i8e7c6b4a0a",                               // D
    "7a0a0m7m 0f6f",                                        // E
    "7a0a0m 0f6f",                                          // F
    "8c7b5a3a1b0d0j1l3m5m7l8j8g5g",                         // G
    "0a0m 8a8m 0f8f",                                       // H
    "0a0m",                                                 // I
    "5a5j4l3m2m1l0j",                                       // J
    "0a0m 7a0h 3f8m",                                       // K
    "0a0m6m",                                               // L
    "0m0a5i:a:m",                                           // M
    "0m0a8m8a",                                             // N
    "3a1b0d0j1l3m5m7l8j8d7b5a3a",                           // O
    "0m0a5a7b8d7f5g0g",                                     // P
    "3a1b0d0j1l3m5m7l8j8d7b5a3a 5j8n",                      // Q
    "0m0a5a7b8d7f5g0g 4g8m",                                // R
    "7c6b5a2a1b0c0d1e2f5g6h7i7j6l5m2m1l0k",                 // S
    "0a8a 4a4m",                                            // T
    "0a0j1l3m5m7l8j8a",                                     // U
    "0a4m8a",                                               // V
    "0a2m5d8m:a",                                           // W
    "0a8m 8a0m",                                            // X
    "0a4f8a 4f4m",                                          // Y
    "0a8a0m8m",                                             // Z
    "2a0a0n2n",                                             // [
    "0a5n",                                                 // backslash
    "0a2a2n0n",                                             // ]
    "0e3a6e",                                               // ^
    "0n7n",                                                 // _
    "0a2c",                                                 // `
    "0f2e4e5f6g6m 6h3h1i0j0k1l2m4m5l6j",                    // a
    "0a0m 0g1f2e4e5f6g6k5l4m2m1l0k",                        // b
    "6f4e2e1f0g0k1l2m4m6l",                                 // c
    "6a6m 6g5f4e2e1f0g0k1l2m4m5l6k",                        // d
    "0i6i6g5f4e2e1f0g0k1l2m4m6l",                           // e
    "5a4a3b2c2m 0e4e",                                      // f
    "6e6n5p4q2q0p 6g5f4e2e1f0g0k1l2m4m5l6k",                // g
    "0a0m 0g1f2e4e5f6g6m",                                  // h
    "0e0m 0b0b",                                            // i
    "2e2o1q0q 2b2b",                                        // j
    "0a0m 5e0j 2h6m",                                       // k
    "0a0m",                                                 // l
    "0e0m 0g1f2e3e4f5g5m 5g6f7e8e9f:g:m",                   // m
    "0e0m 0g1f2e4e5f6g6m",                                  // n
    "2e1f0g0k1l2m4m5l6k6g5f4e2e",                           // o
    "0e0q 0g1f2e4e5f6g6k5l4m2m1l0k",                        // p
    "6e6q 6g5f4e2e1f0g0k1l2m4m5l6k",                        // q
    "0e0m 0h1f2e4e",                                        // r
    "6f5e1e0f0g1h5i6j6k5m1m0l",                             // s
    "2b2k3m5m 0e5e",                                        // t
    "0e0k1l2m4m5l6k 6e6m",                                  // u
    "0e3m6e",                                               // v
    "0e2m4f6m8e",                                           // w
    "0e6m 6e0m",                                            // x
    "0e3m 6e2o1q0q",                                        // y
    "0e6e0m6m",                                             // z
    "3a2a1b1f0g1h1m2n3n",                                   // {
    "0a0n",                                                 // |
    "0a1a2b2f3g2h2m1n0n",                                   // }
    "0i1g2g4i5i6g",                                         // ~
};
static_assert(sizeof kFont / sizeof *kFont == kFontLast - kFontFirst + 1);

}  // namespace tengen::apps
