"""What scripts/gpu_check found: a table that grows line by line (results.tsv) and a page (report.md), rewritten as it grows."""
import os

# FLOP/s by NVIDIA's data sheets, dense: float32 without tensor cores, TF32, bf16.
PEAKS = {
    "H200": {"float32": 67e12, "tf32": 494e12, "bf16": 990e12},
    "H100 80GB HBM3": {"float32": 67e12, "tf32": 494e12, "bf16": 990e12},
}
COLUMNS = ["case", "precision", "tengen us", "spread", "pytorch us", "ratio", "share", "of", "aim", "note"]


def peaks_of(device):
    return next((peaks for name, peaks in PEAKS.items() if name in device), {})


def aims(case):
    """(least ratio PyTorch / tengen, least share of the limit), None where there is no aim."""
    if case.startswith("memory/"):
        return 1.0, 0.8
    if case.startswith("go tower/") and "inference" in case:
        return {"b1": (2.0, None), "b1024": (0.8, None)}.get(case.split()[-1], (None, None))
    if "training step" in case:
        return 0.8, None
    return None, None


def time_text(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size or unit == "µs":
            return f"{seconds / size:.3g} {unit}" if seconds / size < 100 else f"{seconds / size:.0f} {unit}"


class Report:
    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.facts, self.phases, self.rows = {}, [], []
        self.passed, self.failed, self.failed_tests = 0, 0, []
        self.limits = {}  # "copy" in bytes/s, a precision in FLOP/s
        self.table = open(f"{folder}/results.tsv", "w")
        print("\t".join(COLUMNS), file=self.table, flush=True)

    def phase(self, name, seconds, what, good=True):
        """One phase is over, well or not."""
        self.phases.append((name, seconds, what, good))
        print(f"== {name}: {'' if good else 'FAILED: '}{what} ({seconds:.0f} s)", flush=True)
        self.write()

    def row(self, case, precision, cost, samples, spread, median_ratio, notes):
        """`samples` has the median seconds by program; who is missing has no time, and `notes` say why."""
        mine, peer = samples.get("tengen"), samples.get("pytorch")
        flops, memory, _ = cost
        rate, limit, of = None, None, ""
        if mine and flops and self.limits.get(precision):
            rate, limit, of = flops / mine, self.limits[precision], f"{precision} peak"
        elif mine and memory and self.limits.get("copy"):
            rate, limit, of = memory / mine, self.limits["copy"], "copy"
        share = rate / limit if rate else None
        least_ratio, least_share = aims(case)
        missed = []
        if median_ratio and least_ratio and median_ratio < least_ratio:
            missed.append(f"ratio {median_ratio:.2f} < {least_ratio:g}")
        if share and least_share and share < least_share:
            missed.append(f"share {share * 100:.0f} % < {least_share * 100:.0f} %")
        judged = (median_ratio and least_ratio) or (share and least_share)
        row = dict(case=case, precision=precision, mine=mine, spread=spread, peer=peer, ratio=median_ratio, share=share,
                   of=of, aim="missed: " + ", ".join(missed) if missed else "met" if judged else "", note="; ".join(notes))
        self.rows.append(row)
        us = lambda seconds: f"{seconds * 1e6:.2f}" if seconds else ""
        number = lambda value: f"{value:.3f}" if value else ""
        print("\t".join([case, precision, us(mine), number(spread), us(peer), number(median_ratio), number(share), of,
                         row["aim"], row["note"]]), file=self.table, flush=True)
        print(f"{case:<52} {precision:<8}{time_text(mine) if mine else '-':>10}{time_text(peer) if peer else '-':>10}"
              f"{f'{median_ratio:.2f}' if median_ratio else '':>8}{f'{share * 100:.0f} %' if share else '':>7} "
              f"{row['aim'] if missed else ''} {row['note']}".rstrip(), flush=True)
        self.write()

    def page(self):
        lines = ["# GPU check", ""]
        lines += [f"- {name}: {value}" for name, value in self.facts.items()]
        for name, value in self.limits.items():
            unit, scale = ("TB/s, measured", 1e12) if name == "copy" else ("TFLOP/s, data sheet", 1e12)
            lines.append(f"- limit, {name}: {value / scale:.3g} {unit}")
        lines += ["", "| phase | seconds | result |", "| --- | ---: | --- |"]
        lines += [f"| {name} | {seconds:.0f} | {'' if good else 'FAILED: '}{what} |" for name, seconds, what, good in self.phases]
        lines += ["", f"Tests: {self.passed} passed, {self.failed} failed."]
        lines += [f"- failed: {name}" for name in self.failed_tests]
        missed = [row for row in self.rows if row["aim"].startswith("missed")]
        met = sum(row["aim"] == "met" for row in self.rows)
        lines += ["", f"Aims: {met} met, {len(missed)} missed."]
        lines += [f"- {row['case']}, {row['precision']}: {row['aim'][8:]}" for row in missed]
        if self.rows:
            lines += ["", "Times are medians; a ratio is PyTorch's time / tengen's (above 1 tengen is faster).", "",
                      "| case | precision | tengen | PyTorch | ratio | share | aim | note |",
                      "| --- | --- | ---: | ---: | ---: | ---: | --- | --- |"]
        for row in self.rows:
            cells = [row["case"], row["precision"], time_text(row["mine"]) if row["mine"] else "",
                     time_text(row["peer"]) if row["peer"] else "", f"{row['ratio']:.2f}" if row["ratio"] else "",
                     f"{row['share'] * 100:.0f} % of {row['of']}" if row["share"] else "", row["aim"], row["note"]]
            lines.append("| " + " | ".join(cells) + " |")
        return "\n".join(lines) + "\n"

    def write(self):
        """Whole or not at all, whenever the run is killed."""
        with open(f"{self.folder}/report.md.new", "w") as out:
            out.write(self.page())
        os.replace(f"{self.folder}/report.md.new", f"{self.folder}/report.md")

    def good(self):
        return self.failed == 0 and all(good for *_, good in self.phases)
