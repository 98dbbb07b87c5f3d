"""Where the time of a run went: by folder, then the longest tests."""

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import pytest

LONGEST = 10
# A run of a few tests says enough by itself.
ENOUGH = 100


@dataclass
class Spent:
    tests: int = 0
    seconds: float = 0
    processor: float = 0

    def add(self, report: pytest.TestReport) -> None:
        self.tests += report.when == "call"
        self.seconds += report.duration
        self.processor += dict(report.user_properties).get("processor", 0) if report.when == "teardown" else 0


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    item.stash[_BEGUN] = time.process_time()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    if call.when == "teardown":
        item.user_properties.append(("processor", time.process_time() - item.stash[_BEGUN]))
    return (yield)


_BEGUN = pytest.StashKey[float]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for kind in terminalreporter.stats.values() for report in kind if isinstance(report, pytest.TestReport)]
    if sum(report.when == "call" for report in reports) < ENOUGH:
        return
    terminalreporter.section("où le temps est passé")
    for line in table(reports):
        terminalreporter.write_line(line)


def table(reports: list[pytest.TestReport]) -> Iterator[str]:
    """Seconds of the clock, and of the processor by the process of the tests (neither PostgreSQL nor the browser)."""
    folders, tests = defaultdict[str, Spent](Spent), defaultdict[str, Spent](Spent)
    for report in reports:
        for kept, name in ((folders, folder(report.nodeid)), (tests, report.nodeid), (folders, "ensemble")):
            kept[name].add(report)
    yield f"{'dossier':24}{'tests':>7}{'secondes':>10}{'processeur':>12}"
    for name, spent in sorted(folders.items(), key=lambda one: -one[1].seconds):
        yield f"{name:24}{spent.tests:7}{french(spent.seconds):>10}{french(spent.processor):>12}"
    yield "les plus longs :"
    for name, spent in sorted(tests.items(), key=lambda one: -one[1].seconds)[:LONGEST]:
        yield f"{french(spent.seconds):>8}  {name}"


def folder(nodeid: str) -> str:
    """tests/portal/taking_over/test_x.py → tests/portal"""
    path = PurePosixPath(nodeid.split("::")[0])
    return str(PurePosixPath(*path.parts[:2])) if len(path.parts) > 2 else str(path.parent)


def french(seconds: float) -> str:
    return f"{seconds:.1f}".replace(".", ",")
