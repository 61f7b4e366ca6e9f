"""Starts ministack, the embedded AWS, with two of its inner waits shortened.

They are private to it, so they are only touched in the one version they were looked up in; any other
runs as it comes, a little slower.
"""

from __future__ import annotations

from importlib.metadata import version

KNOWN = "1.5.33"


def shorten_waits() -> None:
    from ministack.core import lambda_runtime  # noqa: PLC0415 - only in the version that is known
    from ministack.services import scheduler  # noqa: PLC0415

    # Schedules are looked at every 10 s: a poll that is due would be up to that late.
    scheduler._SCHEDULE_TICK_INTERVAL = 0.5
    # After a call that logged nothing, 50 ms are spent waiting for a line: (first line, idle, at most) in seconds.
    lambda_runtime.Worker._drain_stderr_bounded.__defaults__ = (0.004, 0.002, 0.25)


def main() -> None:
    found = version("ministack")
    if found == KNOWN:
        shorten_waits()
    else:
        print(f"ministack is {found}, not {KNOWN}: it runs with its own waits", flush=True)
    from ministack.app import main as serve  # noqa: PLC0415 - reads its settings when it is imported

    serve()


if __name__ == "__main__":
    main()
