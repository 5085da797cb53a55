"""Benchmark programs that wait for orders (bench/serve.cpp), and samples of them taken in turns."""
import os, signal, statistics, subprocess


class Program:
    """A running program. `costs` has its cases, once read_list() was called: name -> (flops, bytes, kind)."""

    def __init__(self, path, *options, threads=None, log=None):
        environment = dict(os.environ)
        if threads:
            environment.update(OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
        # OpenBLAS picks the kernels for this processor by itself.
        for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
            environment.pop(name, None)
        self.process = subprocess.Popen([path, *options, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=log, text=True, env=environment)
        self.costs = {}
        self.waited_for = False

    def read_list(self):
        self.send("list")
        while line := self.read_line():
            name, flops, memory, kind = line.split("\t")
            self.costs[name] = (float(flops), float(memory), kind)
        if not self.costs:
            raise RuntimeError(f"{' '.join(self.process.args)} gave no list of cases")

    def send(self, line):
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except OSError:  # it has ended: its silence tells
            pass

    def read_line(self):
        self.waited_for = True
        line = self.process.stdout.readline().rstrip("\n")
        self.waited_for = False
        return line

    def ask(self, line):
        self.send(line)
        answer = self.read_line()
        if not answer or answer.startswith("error"):
            raise RuntimeError(answer or f"{os.path.basename(self.process.args[0])} ended or was stopped at '{line}'")
        return answer

    def close(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.close()
        self.process.wait()

    def kill(self):
        self.process.kill()
        self.process.wait()


def measure(programs, case, rounds, seconds):
    """Seconds of each sample by program. Who does not run is stopped: threads of OpenMP and OpenBLAS spin for tens of
    milliseconds after their work, in the way of the next program."""
    for program in programs.values():
        program.process.send_signal(signal.SIGCONT)
        program.ask(f"prepare {case}")
        program.process.send_signal(signal.SIGSTOP)
    samples = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            program.process.send_signal(signal.SIGCONT)
            samples[name].append(float(program.ask(f"sample {seconds}")))
            program.process.send_signal(signal.SIGSTOP)
    return samples


def spread(values):
    low, _, high = statistics.quantiles(values, n=4) if len(values) > 1 else (values[0],) * 3
    return (high - low) / statistics.median(values)
