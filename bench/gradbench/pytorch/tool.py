"""gradbench's protocol for the evals in PyTorch: the counterpart of ../protocol.cpp.

Each eval is the file of its name, with the expressions of ../NAME.cpp, and has a dictionary of functions: each makes its
inputs ready and returns what is timed; what that returns becomes the output."""
import importlib, json, os, sys, time

import torch

sys.dont_write_bytecode = True
nanoseconds = time.process_time_ns if os.environ.get("GRADBENCH_CLOCK") == "cpu" else time.perf_counter_ns
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))


def plain(result):
    if isinstance(result, torch.Tensor):
        return result.tolist()
    if isinstance(result, dict):
        return {name: plain(value) for name, value in result.items()}
    return [plain(value) for value in result] if isinstance(result, (list, tuple)) else result


def evaluate(message, functions):
    data = message["input"]
    runs, seconds = (data.get("min_runs", 1), data.get("min_seconds", 0)) if isinstance(data, dict) else (1, 0)
    run = functions[message["function"]](data)
    times = []
    while not times or len(times) < runs or sum(times) < seconds * 1e9:
        start = nanoseconds()
        result = run()
        times.append(nanoseconds() - start)
    return dict(success=True, output=plain(result), timings=[dict(name="evaluate", nanoseconds=t) for t in times])


def reply(message):
    if message["kind"] == "start":
        return dict(tool="pytorch")
    if message["kind"] not in ("define", "evaluate"):
        return {}
    try:
        functions = importlib.import_module(message["module"]).functions
        return evaluate(message, functions) if message["kind"] == "evaluate" else dict(success=True)
    except Exception as error:
        return dict(success=False, error=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    for line in sys.stdin:
        message = json.loads(line)
        if message["kind"] == "end":
            break
        print(json.dumps(dict(id=message["id"], **reply(message))), flush=True)
