// What the detector uses of apps/common, by its plain names.
#pragma once

#include <tengen/apps/common/chart.h>
#include <tengen/apps/common/device.h>
#include <tengen/apps/common/draw.h>
#include <tengen/apps/common/files.h>
#include <tengen/apps/common/image.h>
#include <tengen/apps/common/progress.h>
#include <tengen/apps/common/run.h>
#include <tengen/apps/common/stopwatch.h>
#include <tengen/apps/common/usage_error.h>

namespace tengen::detect {

using apps::catch_interrupts;
using apps::Chart;
using apps::Color;
using apps::draw_image;
using apps::draw_lines;
using apps::draw_rect;
using apps::draw_text;
using apps::draw_text_up;
using apps::fill_polygon;
using apps::fill_rect;
using apps::flip_left_right;
using apps::flip_up_down;
using apps::format;
using apps::format_duration;
using apps::Image;
using apps::image_size;
using apps::is_file;
using apps::is_folder;
using apps::kInk;
using apps::load_image;
using apps::make_folders;
using apps::make_run_folder;
using apps::parse_device;
using apps::path_exists;
using apps::plot_chart;
using apps::plot_grid;
using apps::Point;
using apps::Progress;
using apps::read_text;
using apps::resize_area;
using apps::resize_bilinear;
using apps::save_image;
using apps::seconds_since;
using apps::Series;
using apps::Size;
using apps::stop_requested;
using apps::text_color_on;
using apps::text_width;
using apps::to_chw;
using apps::UsageError;
using apps::write_text;

}  // namespace tengen::detect
