"""What people build in Python: a grpc.aio server that finds keywords with jieba, pyahocorasick and re.

Speaks zhiyi.v1.Recognizer/Recognize, reads the terms and patterns of the same dictionaries, and answers with the words it
found as entities and one intent. It does the keyword part of the job only: no phrase rows, no model, no dates, no roles.
"""

import argparse
import asyncio
import csv
import importlib
import pathlib
import re
import sys
import tempfile

import ahocorasick
import grpc
import grpc_tools
import jieba
from grpc_tools import protoc

ROOT = pathlib.Path(__file__).resolve().parents[2]


def generate(folder):
    files = sorted(str(f.relative_to(ROOT / "proto")) for f in (ROOT / "proto").rglob("*.proto"))
    well_known = str(pathlib.Path(grpc_tools.__file__).parent / "_proto")
    arguments = ["protoc", f"-I{ROOT / 'proto'}", f"-I{well_known}", f"--python_out={folder}", f"--grpc_python_out={folder}"]
    if protoc.main(arguments + files) != 0:
        sys.exit("protoc failed")
    sys.path.insert(0, folder)
    return [importlib.import_module("zhiyi.v1.recognizer_pb2" + s) for s in ("", "_grpc")]


def rows(dictionaries, pattern):
    for file in sorted(dictionaries.glob(f"*/{pattern}*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as table:
            yield from csv.DictReader(table)


class Keywords:
    """An automaton over all spellings, jieba with all of them, and the patterns of slots with usual identifiers."""

    def __init__(self, dictionaries):
        self.words = ahocorasick.Automaton()
        for row in rows(dictionaries, "terms"):
            for spelling in {row["value"], *(row.get("synonyms") or "").split("|")} - {""}:
                self.words.add_word(spelling.lower(), (len(spelling), row["group"], row["value"]))
                jieba.add_word(spelling.lower(), 2000)
        self.words.make_automaton()
        patterns = [r["source"][len("regex:") :] for r in rows(dictionaries, "slots") if r["source"].startswith("regex:")]
        patterns += [r"[a-z]{2}\d{3,4}", r"1[3-9]\d{9}", r"\d{1,2}月\d{1,2}[日号]", r"今天|明天|后天|周[一二三四五六日]", r"\d+(?:元|块|楼|公斤)"]
        self.patterns = [re.compile(p) for p in patterns]
        jieba.lcut("好", HMM=False)

    def find(self, text):
        text = text.lower()
        borders, at = {0}, 0
        for token in jieba.cut(text, HMM=False):
            at += len(token)
            borders.add(at)
        found = []
        for last, (length, group, value) in self.words.iter(text):
            start = last + 1 - length
            if length >= 4 or (start in borders and last + 1 in borders):
                found.append((start, last + 1, group, value))
        for pattern in self.patterns:
            found += [(m.start(), m.end(), "pattern", m.group()) for m in pattern.finditer(text)]
        # The longest of overlapping ones.
        found.sort(key=lambda f: (f[0] - f[1], f[0]))
        kept = []
        for f in found:
            if all(f[1] <= k[0] or k[1] <= f[0] for k in kept):
                kept.append(f)
        return sorted(kept)


async def serve(arguments):
    with tempfile.TemporaryDirectory() as folder:
        messages, services = generate(folder)
        keywords = Keywords(pathlib.Path(arguments.dictionaries))

        class Recognizer(services.RecognizerServicer):
            async def Recognize(self, request, context):
                found = keywords.find(request.text)
                answer = messages.RecognizeResponse(request_id=request.request_id, dictionary_version="python", account=request.account)
                answer.outcome = messages.OUTCOME_MATCHED if found else messages.OUTCOME_UNRECOGNIZED
                for start, end, kind, value in found:
                    span = messages.Span(char_start=start, char_end=end)
                    answer.entities.add(kind=kind, raw=request.text[start:end], value=value, valid=True, span=span)
                if found:
                    answer.intents.add(id=found[0][2], confidence=1.0)
                return answer

        server = grpc.aio.server()
        services.add_RecognizerServicer_to_server(Recognizer(), server)
        port = server.add_insecure_port(arguments.listen)
        await server.start()
        print(f"listening on 127.0.0.1:{port}", flush=True)
        await server.wait_for_termination()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen", default="127.0.0.1:0")
    parser.add_argument("--dictionaries", default=str(ROOT / "dictionaries"))
    asyncio.run(serve(parser.parse_args()))
