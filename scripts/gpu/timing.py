"""Times tengen's benchmark program against PyTorch's on one GPU, case by case, in turns."""
import contextlib, statistics, threading, time

from programs import Program, spread

# In this order, so that a run that is cut short has what matters most: (part of the case's name, samples, seconds each).
ORDER = [("yolov5n/", 5, 0.15), ("go tower/", 5, 0.06), ("memory/", 7, 0.04), ("gemm/", 5, 0.03), ("conv go", 5, 0.02),
         ("overhead/", 5, 0.03), ("products/", 5, 0.02), ("others/", 5, 0.03), ("conv yolov5n", 3, 0.02)]
PRECISIONS = ["float32", "tf32", "bf16"]
ONE_CASE = 40  # seconds after which a case is given up


@contextlib.contextmanager
def time_limit(programs, seconds):
    """Kills the program that is being waited for if the scope takes longer, then others that keep it waiting."""
    over = threading.Event()

    def watch():
        patience = max(0.1, seconds)
        while not over.wait(patience):
            for program in list(programs.values()):
                if program.waited_for:
                    program.process.kill()
            patience = 2

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def cases_in_order(costs, filters):
    wanted = [case for case in costs if not filters or any(part in case for part in filters)]
    return [(case, precision, rounds, seconds) for precision in PRECISIONS for part, rounds, seconds in ORDER
            for case in wanted if case.startswith(part) and (precision == "float32" or costs[case][2] != "plain")]


class Bench:
    def __init__(self, paths, options, log):
        self.paths, self.options, self.log = paths, options, log
        self.programs, self.restarts = {}, 0

    def start(self, deadline):
        with time_limit(self.programs, deadline - time.monotonic()):
            for name, path in list(self.paths.items()):
                if name not in self.programs:
                    self.programs[name] = program = Program(path, *self.options, log=self.log)
                    program.read_list()

    def replace(self, name, deadline):
        """After an error nobody knows what state the program's device is in."""
        self.programs.pop(name).kill()
        self.restarts += 1
        if self.restarts > 40:
            raise RuntimeError("too many programs have ended early")
        self.start(deadline)

    def measure(self, case, precision, rounds, seconds, deadline):
        """(median seconds by program, spread of tengen's, median ratio, notes)"""
        samples, notes = {}, []

        def attempt(name, action):
            try:
                return action()
            except (RuntimeError, ValueError) as error:
                notes.append(f"{name}: {error}")
                samples.pop(name, None)
                self.replace(name, deadline)

        with time_limit(self.programs, min(ONE_CASE, deadline - time.monotonic())):
            for name, program in list(self.programs.items()):
                if case not in program.costs:
                    continue

                def prepare(program=program):
                    program.ask(f"precision {precision}")
                    return program.ask(f"prepare {case}")

                answer = attempt(name, prepare)
                if answer == "ok":
                    samples[name] = []
                elif answer:
                    notes.append(f"{name}: {answer}")
            for _ in range(rounds):
                for name in list(samples):
                    value = attempt(name, lambda: float(self.programs[name].ask(f"sample {seconds}")))
                    if value:
                        samples[name].append(value)
            for name in list(samples):
                attempt(name, lambda: self.programs[name].ask("drop"))
        ratio = None
        if len(samples) == 2:
            ratio = statistics.median(b / a for a, b in zip(samples["tengen"], samples["pytorch"]))
        medians = {name: statistics.median(values) for name, values in samples.items()}
        return medians, spread(samples["tengen"]) if "tengen" in samples else None, ratio, notes

    def run(self, report, peaks, filters, deadline, tiny=False):
        """Returns (cases measured, cases left, cases with errors)."""
        self.start(deadline)
        tengen = self.programs["tengen"]
        report.limits = dict(peaks)
        with time_limit(self.programs, min(ONE_CASE, deadline - time.monotonic())):
            tengen.ask("prepare limits/device copy")
            best = min(float(tengen.ask("sample 0.05")) for _ in range(5))
            tengen.ask("drop")
        if not tiny:  # of the emulator no share says anything
            report.limits["copy"] = tengen.costs["limits/device copy"][1] / best
        cases = cases_in_order(dict(tengen.costs), filters)
        if tiny:  # the emulator takes seconds for a step of yolov5n
            cases = [case for case in cases if not case[0].startswith("yolov5n/training") and
                     (case[1] == "float32" or not case[0].startswith("yolov5n/"))]
        errors = 0
        for i, (case, precision, rounds, seconds) in enumerate(cases):
            if time.monotonic() > deadline - 2:
                return i, len(cases) - i, errors
            cost = self.programs["tengen"].costs[case]
            if tiny:
                rounds, seconds = 2, 1e-6
            try:
                found = self.measure(case, precision, rounds, seconds, deadline)
            except RuntimeError:
                if time.monotonic() > deadline - 2:
                    return i, len(cases) - i, errors
                raise
            errors += any(note.startswith("tengen: ") and "not offered" not in note for note in found[3])
            report.row(case, precision, cost, *found)
        return len(cases), 0, errors

    def close(self):
        for program in self.programs.values():
            program.kill()
