#!/usr/bin/env python3
"""Times JioNLP on the messages of benches/entities.rs, for scale: microseconds a message on one core.

    pip install jionlp
    python3 benches/entities_jionlp.py

`extract_time` finds and parses times as our reader of dates and times does; `extract_money`, `extract_phone_number` and
`extract_id_card` come nearest to our reader of numbers and identifiers.
"""
import contextlib
import importlib.metadata
import io
import pathlib
import statistics
import time

with contextlib.redirect_stdout(io.StringIO()):
    import jionlp
    from jionlp.algorithm.ner import extract_money, extract_time

HERE = pathlib.Path(__file__).parent
ROUNDS = 7


def times(text):
    extract_time(text, time_base=1795226400, with_parsing=True)


def numbers(text):
    extract_money(text, with_parsing=True)
    jionlp.extract_phone_number(text)
    jionlp.extract_id_card(text)


def micros(read, messages):
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for message in messages:
            read(message)
        rounds.append((time.perf_counter() - start) / len(messages) * 1e6)
    return statistics.median(rounds)


def main():
    print(f"JioNLP {importlib.metadata.version('jionlp')}, µs a message (median of {ROUNDS} rounds)")
    print(f"{'messages':<16}{'of time':>10}{'of numbers':>12}")
    for name, file in (("with values", "entities_values.txt"), ("without", "entities_none.txt")):
        messages = (HERE / file).read_text(encoding="utf8").split("\n")
        messages = [m for m in messages if m]
        print(f"{name:<16}{micros(times, messages):>10.0f}{micros(numbers, messages):>12.0f}")


if __name__ == "__main__":
    main()
