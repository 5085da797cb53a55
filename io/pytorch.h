// PyTorch's .pt files (torch.save), read and written without Python.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tengen/tensor/tensor.h>

namespace tengen::io {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

/// The tensors of a file, in its order. Read are the zip archives of Python's torch.save (1.6 and newer), its
/// files before that, what LibTorch's torch::save writes and the parameters of TorchScript archives; the
/// content decides. Dictionaries, lists and objects inside of one another give names with dots: {"model":
/// {"weight": t}} is "model.weight"; a module that was saved whole gives the names of its state_dict. Numbers
/// and texts are passed over. Nothing in the file is executed. Tensors that shared memory still do; all are
/// on the CPU; those that require a gradient still do.
NamedTensors load_pt(const std::string& path);
/// The same from memory; errors call the bytes `name`.
NamedTensors parse_pt(std::string_view bytes, const std::string& name);

/// What torch.load gives to Python: a dictionary by name, a list, or the only tensor.
enum class PtForm { kDict, kList, kTensor };

/// Writes a zip archive that Python's torch.load reads, with weights_only too: to a temporary file beside
/// `path` that is then renamed. Tensors of any device and strides; of those that share all their memory it is
/// written once. Leaves that require a gradient do so again.
void save_pt(const std::string& path, const NamedTensors& tensors, PtForm form = PtForm::kDict);
/// The bytes of such a file.
std::string pt_bytes(const NamedTensors& tensors, PtForm form = PtForm::kDict);

struct PickleValue;

/// A .pt file whose objects are looked at one by one, whatever their classes: as plain data.
class PtFile {
 public:
  explicit PtFile(const std::string& path);
  ~PtFile();
  PtFile(PtFile&&) noexcept;

  /// A value inside of the file, which must outlive it.
  class Item {
   public:
    /// False for None, and where nothing was found.
    explicit operator bool() const;
    /// Of a dictionary the value of this key, of an object its attribute: an empty item where there is none.
    Item operator[](std::string_view key) const;
    /// The elements of a list or a tuple; the keys and values of a dictionary in turn.
    std::vector<Item> items() const;
    bool is_dict() const;
    bool is_list() const;  // or a tuple
    /// The class of an object as "module Class"; a text's characters; else empty.
    std::string class_name() const;
    std::string text() const;
    bool is_number() const;
    /// A whole or real number, or a bool; an Error for anything else.
    double number() const;
    /// The only tensor; an Error for anything else.
    Tensor tensor() const;
    /// All tensors inside, named as by load_pt.
    NamedTensors tensors() const;

   private:
    friend class PtFile;
    Item(const PtFile& file, const PickleValue* value) : file_(&file), value_(value) {}
    const PtFile* file_;
    const PickleValue* value_;
  };
  Item root() const;

 private:
  struct Content;
  friend NamedTensors load_pt(const std::string& path);
  friend NamedTensors parse_pt(std::string_view bytes, const std::string& name);
  explicit PtFile(std::unique_ptr<Content> content);
  std::unique_ptr<Content> content_;
};

}  // namespace tengen::io
