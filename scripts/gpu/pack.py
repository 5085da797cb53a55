"""Collects what tengen's build needs and a machine with a GPU may lack: headers, static libraries, reference values."""
import glob, os, shutil, subprocess

COMPILER = os.environ.get("CXX", "c++")
LIMIT_MB = 20

# A header that shows where a library's headers are -> what to take: the folder it is in, or these files beside it.
HEADERS = {
    "zlib.h": ["zlib.h", "zconf.h"],
    "eigen3/Eigen/Core": None,
    "sqlite3.h": ["sqlite3.h"],
    "doctest/doctest.h": None,
    "CLI/CLI.hpp": None,
    "nlohmann/json.hpp": None,
    "yaml-cpp/yaml.h": None,
    "png.h": ["png.h", "pngconf.h", "pnglibconf.h"],
    "jpeglib.h": ["jpeglib.h", "jmorecfg.h", "jerror.h", "jconfig.h"],
}
LIBRARIES = ["libz.a", "libsqlite3.a", "libyaml-cpp.a", "libpng.a", "libjpeg.a"]

# find_package() for those that CMake has no module of its own for.
TARGET = """if(NOT TARGET {target})
  add_library({target} {kind} IMPORTED)
  set_target_properties({target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${{CMAKE_CURRENT_LIST_DIR}}/../../../include"{more})
endif()
"""
CONFIGS = {
    "doctest": TARGET.format(target="doctest::doctest", kind="INTERFACE", more="") +
               'list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}")\n',
    "Eigen3": TARGET.format(target="Eigen3::Eigen", kind="INTERFACE", more=""),
    "CLI11": TARGET.format(target="CLI11::CLI11", kind="INTERFACE", more=""),
    "nlohmann_json": TARGET.format(target="nlohmann_json::nlohmann_json", kind="INTERFACE", more=""),
    "yaml-cpp": TARGET.format(target="yaml-cpp", kind="STATIC",
                              more='\n    IMPORTED_LOCATION "${CMAKE_CURRENT_LIST_DIR}/../../libyaml-cpp.a"'),
}


def headers_used_by(header):
    """Paths of all headers that the compiler reads for `header`."""
    found = subprocess.run([COMPILER, "-std=c++20", "-M", "-x", "c++", "-"], input=f"#include <{header}>\n",
                           capture_output=True, text=True)
    if found.returncode:
        raise RuntimeError(f"<{header}> is missing here: run scripts/install_packages first")
    return [os.path.normpath(word) for word in found.stdout.replace("\\\n", " ").split()[1:]]


def copy(path, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(path, target)


def pack(folder, golden):
    """Fills `folder`; returns its size in MB."""
    if os.path.isdir(folder) and os.listdir(folder) and not os.path.exists(f"{folder}/tengen-packages"):
        raise RuntimeError(f"{folder} is not empty and not a pack")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(f"{folder}/lib")
    open(f"{folder}/tengen-packages", "w").close()
    for header, files in HEADERS.items():
        used = headers_used_by(header)
        if files is None:
            room = os.path.dirname(next(path for path in used if path.endswith(f"/{header}")))
            shutil.copytree(room, f"{folder}/include/{os.path.basename(room)}")
            continue
        rooms = {path[:-len(header)] for path in used if path.endswith(f"/{header}")}
        rooms |= {f"{os.path.dirname(path)}/" for path in used if os.path.basename(path) in files}
        for file in files:
            copy(next(room + file for room in rooms if os.path.exists(room + file)), f"{folder}/include/{file}")
    for library in LIBRARIES:
        path = subprocess.run([COMPILER, f"-print-file-name={library}"], capture_output=True, text=True).stdout.strip()
        if not os.path.isabs(path):
            raise RuntimeError(f"{library} is missing here: run scripts/install_packages first")
        copy(path, f"{folder}/lib/{library}")
    for package, text in CONFIGS.items():
        os.makedirs(f"{folder}/lib/cmake/{package}")
        with open(f"{folder}/lib/cmake/{package}/{package}Config.cmake", "w") as out:
            out.write(text)
    for script in ("doctest.cmake", "doctestAddTests.cmake"):
        places = glob.glob(f"/usr/lib*/cmake/doctest/{script}") + glob.glob(f"/usr/lib/*/cmake/doctest/{script}") + \
            glob.glob(f"/usr/local/lib*/cmake/doctest/{script}")
        if not places:
            raise RuntimeError(f"{script} of doctest's CMake package was not found")
        copy(places[0], f"{folder}/lib/cmake/doctest/{script}")
    if os.path.isdir(golden):
        shutil.copytree(golden, f"{folder}/golden")
    size = sum(os.path.getsize(os.path.join(room, name)) for room, _, names in os.walk(folder) for name in names) / 1e6
    if size > LIMIT_MB:
        raise RuntimeError(f"{folder} has {size:.1f} MB, more than {LIMIT_MB}")
    return size
