#!/usr/bin/env python3
"""Compare the learner alone with scikit-learn's TF-IDF (1 to 3 characters) + LinearSVC on the same random splits.

    pip install scikit-learn
    cargo build --release
    python3 benches/learner.py FILE.jsonl [--zhiyi target/release/zhiyi] [--seeds 5] [--share 0.8]

A line of the file is what `zhiyi eval` reads; messages with exactly one intent take part, an id in `also` counts as
right. Both learn from the same random share and are measured on the rest, in one process on one thread: `zhiyi eval
--train A --test B` reads a message from its characters on (normalising, values, segmenting, features, scores);
scikit-learn turns it into a vector and predicts, once message by message, as a server would, and once all at once.
"""
import argparse, json, os, random, statistics, subprocess, tempfile, time

os.environ.setdefault("OMP_NUM_THREADS", "1")
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC


def reference(train, test):
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3))
    model = LinearSVC().fit(vectorizer.fit_transform([r["text"] for r in train]), [r["intents"][0] for r in train])
    texts = [r["text"] for r in test]
    start = time.perf_counter()
    predicted = model.predict(vectorizer.transform(texts))
    together = time.perf_counter() - start
    start = time.perf_counter()
    for text in texts[:300]:
        model.predict(vectorizer.transform([text]))
    single = (time.perf_counter() - start) / len(texts[:300])
    right = sum(p in [*r["intents"], *r.get("also", [])] for p, r in zip(predicted, test))
    return right / len(test), single * 1e6, together / len(test) * 1e6


def learner(program, train, test, folder):
    names = []
    for name, rows in [("train", train), ("test", test)]:
        names.append(os.path.join(folder, name + ".jsonl"))
        with open(names[-1], "w", encoding="utf8") as out:
            out.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
    run = subprocess.run([program, "eval", "--json", "--train", names[0], "--test", names[1]],
                         check=True, stdout=subprocess.PIPE, text=True)
    line = json.loads(run.stdout)
    return line["accuracy"], line["us"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file")
    arguments.add_argument("--zhiyi", default="target/release/zhiyi")
    arguments.add_argument("--seeds", type=int, default=5)
    arguments.add_argument("--share", type=float, default=0.8)
    a = arguments.parse_args()
    rows = [json.loads(line) for line in open(a.file, encoding="utf8") if line.strip()]
    rows = [r for r in rows if r.get("sure", 1) and len(r["intents"]) == 1]
    print("seed  learner  TF-IDF+SVC  learner µs  SVC µs one by one  SVC µs together  times faster")
    totals = []
    for seed in range(a.seeds):
        random.Random(seed).shuffle(order := list(rows))
        cut = int(len(order) * a.share)
        with tempfile.TemporaryDirectory() as folder:
            own, own_us = learner(a.zhiyi, order[:cut], order[cut:], folder)
        svc, single, together = reference(order[:cut], order[cut:])
        totals.append((own, svc, own_us, single, together))
        print(f"{seed:4}  {own:7.4f}  {svc:10.4f}  {own_us:10.1f}  {single:17.0f}  {together:15.1f}  {single / own_us:12.0f}")
    own, svc, own_us, single, together = map(statistics.mean, zip(*totals))
    print(f"mean  {own:7.4f}  {svc:10.4f}  {own_us:10.1f}  {single:17.0f}  {together:15.1f}  {single / own_us:12.0f}")


if __name__ == "__main__":
    main()
