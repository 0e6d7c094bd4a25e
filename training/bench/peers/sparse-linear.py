"""LinearSVC and logistic regression on word and character n-grams; strength chosen on val.

Reads {"train": [[text, label]], "parts": [val, ...], "outOfScope": label, "letters": bool}; writes answers for every part.
"""

import json
import sys
import time

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

with open(sys.argv[1], encoding="utf-8") as file:
    given = json.load(file)
texts, labels = zip(*given["train"])
words = ("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True))
letters = ("letters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True))
features = FeatureUnion([words, letters] if given["letters"] else [words])
started = time.time()
rows = features.fit_transform(texts)
reading = time.time() - started
parts = [(features.transform([text for text, _ in part]) if part else None) for part in given["parts"]]
truth = numpy.array([label for _, label in given["parts"][0]])
known = truth != given["outOfScope"]


def margins(model, part):
    if hasattr(model, "predict_proba"):
        return model.predict_proba(part)
    return 1 / (1 + numpy.exp(-model.decision_function(part)))


def answers(model, part):
    if part is None:
        return []
    scores = margins(model, part)
    best = scores.argmax(axis=1)
    return [[str(model.classes_[place]), float(scores[row, place])] for row, place in enumerate(best)]


peers = {
    "LinearSVC": [(f"C={c}", LinearSVC(C=c)) for c in (0.2, 0.5, 1, 2)],
    "logisticRegression": [(f"C={c}", LogisticRegression(C=c, max_iter=200)) for c in (10, 30)],
}
result = {}
for name, settings in peers.items():
    best = None
    for setting, model in settings:
        started = time.time()
        model.fit(rows, labels)
        seconds = reading + time.time() - started
        hits = int((model.predict(parts[0])[known] == truth[known]).sum())
        if best is None or hits > best[0]:
            best = (hits, setting, model, seconds)
    _, setting, model, seconds = best
    result[name] = {
        "setting": setting,
        "seconds": seconds,
        "modelBytes": int(model.coef_.nbytes),
        "answers": [answers(model, part) for part in parts],
    }
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(result, file)
