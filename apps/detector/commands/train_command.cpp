#include <memory>

#include <tengen/apps/common/command_line.h>
#include <tengen/apps/detector/commands/commands.h>
#include <tengen/apps/detector/commands/options.h>
#include <tengen/apps/detector/train/train.h>

namespace tengen::detect {
namespace {

using apps::add_number;

CLI::Option* add_data_options(CLI::App& command, TrainCommand& c) {
  command.option_defaults()->group("Data");
  CLI::Option* data =
      command.add_option("--data", c.data, "Train on the dataset of this data.yaml")->type_name("FILE");
  add_number(command, kImageNames, c.image_size, "Train on images of this size in pixels", 1, kLargestImage);
  add_number(command, "--workers", c.workers, "Load and augment images in this many threads", 0);
  command
      .add_option("--cache", c.cache,
                  "Keep decoded images in memory: auto does so for small datasets; without a value, ram "
                  "[default: auto]")
      ->check(CLI::IsMember({"auto", "ram", "none"}))
      ->expected(0, 1)
      ->default_str("ram");
  return data;
}

void add_model_options(CLI::App& command, TrainCommand& c) {
  command.option_defaults()->group("Model");
  command
      .add_option(
          "--cfg", c.cfg,
          "Choose the network: yolov5p (ours, the smallest), yolov5n, s, m, l or x, yolov5n6 to x6, or a "
          "yaml file [default: that of --weights, else yolov5n]")
      ->type_name("NAME");
  command
      .add_option(
          "--weights", c.weights,
          "Start from the weights of this file: .safetensors, or a .pt checkpoint of YOLOv5 [default: random "
          "weights]")
      ->type_name("FILE");
  command
      .add_option(
          "--freeze", c.freeze,
          "Train nothing of these layers: a number for the first so many, or several numbers of layers")
      ->check(apps::number_from(0))
      ->type_name("N...");
  command.add_flag("--noautoanchor", c.no_autoanchor,
                   "Keep the anchors, whether or not they fit the dataset");
}

void add_schedule_options(CLI::App& command, TrainCommand& c) {
  command.option_defaults()->group("Training");
  add_number(command, "--epochs", c.epochs,
             "Train for this many epochs; with --resume, extend the run to them", 1)
      ->each([&c](const std::string&) { c.epochs_given = true; });
  add_number(command, "--batch-size,--batch", c.batch_size, "Put this many images into a batch", 1);
  add_number(
      command, "--nominal-batch", c.nominal_batch,
      "Add up the gradients of this many images for a step of the optimizer; small datasets learn faster "
      "with 16",
      1);
  command
      .add_option("--hyp", c.hyp_file,
                  "Read hyper-parameters from this yaml file [default: those for training from scratch]")
      ->type_name("FILE");
  command.add_option("--optimizer", c.optimizer, "Choose the optimizer")
      ->check(CLI::IsMember({"SGD", "Adam", "AdamW"}))
      ->capture_default_str();
  command.add_flag("--single-cls", c.single_cls, "Train on all objects as one class, named item");
  command.add_flag("--cos-lr", c.cos_lr, "Lower the learning rate by a cosine instead of a line");
  add_number(command, "--label-smoothing", c.label_smoothing, "Smooth class labels by this epsilon", 0.0,
             1.0);
  command.add_flag("--autobalance", c.autobalance, "Let the objectness weights of the levels adapt");
  command.add_flag("--quality-focal", c.quality_focal,
                   "Use the quality focal loss where fl_gamma of --hyp is above 0");
  add_number(command, "--patience", c.patience,
             "Stop after this many epochs without a better result; 0 never stops early", 0);
  command.add_option("--seed", c.seed, "Random seed; the same seed gives the same run")
      ->check(apps::number_from<uint64_t>(0))
      ->capture_default_str();
  add_device_option(command, c.device, "; with --resume it may differ from before");
}

void add_output_options(CLI::App& command, TrainCommand& c) {
  add_folder_options(command, c.project, c.name, c.exist_ok);
  add_number(command, "--save-period", c.save_period,
             "Epochs between checkpoints that are kept; -1 keeps none", -1);
  command.add_flag("--noval", c.no_val, "Do not measure after each epoch");
  command.add_flag("--noplots", c.no_plots, "Save no charts and no images");
}

}  // namespace

void add_train_command(CLI::App& app) {
  const auto options = std::make_shared<TrainCommand>();
  TrainCommand& c = *options;
  CLI::App& command = add_command(app, "train", "Train a detector on a dataset");
  CLI::Option* data = add_data_options(command, c);
  add_model_options(command, c);
  add_schedule_options(command, c);
  CLI::Option* resume =
      command
          .add_option("--resume", c.resume,
                      "Resume a run: its folder or its last.safetensors; without a value, the newest run")
          ->expected(0, 1)
          ->default_str("latest");
  add_output_options(command, c);
  add_absent_options(
      command,
      {{"--rect", "batches of training images are square"},
       {"--nosave", "a run that leaves no checkpoint could not be resumed"},
       {"--evolve", "hyper-parameters are not searched"},
       {"--bucket", "nothing is downloaded or uploaded"},
       {"--image-weights", "all images are drawn equally often"},
       {"--multi-scale", "all batches have the size of --img; scale in --hyp varies the objects' sizes"},
       {"--sync-bn", "one device trains"},
       {"--quad", "batches are made one by one"},
       {"--local_rank", "one device trains"},
       {"--entity", "no service is informed of the run"},
       {"--upload_dataset", "no service is informed of the run"},
       {"--bbox_interval", "no service is informed of the run"},
       {"--artifact_alias", "no service is informed of the run"}});
  command.callback([options, data, resume] {
    if (resume->count() && options->resume.empty()) options->resume = "latest";
    if (!resume->count() && !data->count()) throw CLI::RequiredError("--data");
    if (run_train(*options).stopped) throw CLI::RuntimeError(130);  // as a shell reports Ctrl-C
  });
}

}  // namespace tengen::detect
