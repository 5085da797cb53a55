// .npy files: round trips, and a clear error for every way in which a file may be broken.
#include <tengen/io/npy.h>
#include <tengen/io/numpy.h>

#include <doctest/doctest.h>

#include <tengen/tests/temporary.h>

using tengen::io::NpyArray;
using tengen::io::read_npy;
using tengen::io::write_npy;

namespace {

std::string file_of(int version, const std::string& header, const std::string& data) {
  std::string text("\x93NUMPY", 6);
  text += char(version);
  text += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) text += char(header.size() >> (8 * i) & 0xff);
  return text + header + data;
}

}  // namespace

TEST_CASE("npy: arrays come back as written") {
  TemporaryFolder folder;
  const std::vector<double> values{1.5, -2, 3, 4, 5, 1e300};
  const std::vector<int64_t> shape{2, 3};
  write_npy<double>(folder / "a.npy", shape, values);
  const NpyArray a = read_npy(folder / "a.npy");
  CHECK(a.shape == shape);
  CHECK_FALSE(a.fortran);
  CHECK(std::vector<double>(a.as<double>().begin(), a.as<double>().end()) == values);
  CHECK_THROWS_AS(a.as<float>(), tengen::Error);
  CHECK(folder.read("a.npy").size() == 128 + 48);  // data begin at a multiple of 64

  write_npy<uint8_t>(folder / "scalar.npy", {}, std::vector<uint8_t>{7});
  CHECK(read_npy(folder / "scalar.npy").shape.empty());
  CHECK(read_npy(folder / "scalar.npy").as<uint8_t>()[0] == 7);
  write_npy<int64_t>(folder / "empty.npy", std::vector<int64_t>{0, 4}, std::vector<int64_t>{});
  CHECK(read_npy(folder / "empty.npy").numel() == 0);
  CHECK(std::distance(std::filesystem::directory_iterator(std::filesystem::path(folder / "")), {}) ==
        3);  // no left-overs
  CHECK(contains(error_of([&] { write_npy<float>(folder / "b.npy", shape, std::vector<float>(5)); }),
                 "6 elements"));
  CHECK(contains(error_of([&] { write_npy<float>(folder / "no/b.npy", {}, std::vector<float>(1)); }),
                 "cannot create"));
}

TEST_CASE("npy: versions 1 to 3, Fortran order, odd spacing") {
  TemporaryFolder folder;
  const std::string header = "{\"shape\": (2,),'fortran_order':True , 'descr':'<i2'}  \n";
  for (int version : {1, 2, 3}) {
    const NpyArray a = read_npy(folder.write("v.npy", file_of(version, header, std::string("\1\0\2\1", 4))));
    CHECK(a.fortran);
    CHECK(a.as<int16_t>()[1] == 258);
  }
}

TEST_CASE("npy: broken files are named and explained") {
  TemporaryFolder folder;
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
  auto message = [&](const std::string& text) {
    const std::string path = folder.write("x.npy", text);
    const std::string what = error_of([&] { read_npy(path); });
    CHECK(contains(what, path));
    return what;
  };
  CHECK(message(file_of(1, good, "12345678x")).find("9 bytes") != std::string::npos);
  CHECK(contains(message(file_of(1, good, "1234567")), "truncated"));
  CHECK(contains(message(file_of(1, good, "").substr(0, 30)), "truncated in its header"));
  CHECK(contains(message("\x93NU"), "truncated"));
  CHECK(contains(message("PK\3\4 not numpy at all"), "magic"));
  CHECK(contains(message(file_of(9, good, "")), "version"));
  CHECK(contains(message(file_of(1, "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", "12345678")),
                 ">f4"));
  CHECK(contains(message(file_of(1, "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "12345678")),
                 "<c8"));
  CHECK(contains(message(file_of(1, "{'descr': '<f4', 'shape': (2,), }", "12345678")), "missing"));
  CHECK(contains(message(file_of(1, "{'descr': '<f4', 'fortran_order': No, 'shape': (2,)}", "")),
                 "True or False"));
  CHECK(contains(message(file_of(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}", "")),
                 "dimension"));
  CHECK(
      contains(message(file_of(
                   1, "{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000, 4000000000, 4)}", "")),
               "too large"));
  CHECK(contains(message(file_of(1, "[]", "")), "expected '{'"));
  CHECK(contains(error_of([&] { read_npy(folder / "absent.npy"); }), "cannot open"));
}

TEST_CASE("npy: sizes whose product is too large, but for one of 0") {
  const std::string bytes =
      file_of(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (5, 8446744073709551614, 9, 0), }\n", "");
  const auto* data = reinterpret_cast<const std::byte*>(bytes.data());
  const NpyArray array = tengen::io::parse_npy({data, data + bytes.size()}, "array");
  CHECK(array.numel() == 0);
  CHECK(array.data.empty());
  TemporaryFolder folder;
  CHECK(tengen::io::load_npy(folder.write("a.npy", bytes)).numel() == 0);
}
