#!/usr/bin/python3
"""dns_metrics.py FILE SAMPLE=VALUE…: the file is text of the exposition format 0.0.4, and has these
samples."""
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABELS = r'\{[a-zA-Z_][a-zA-Z0-9_]*="[^"\\\n]*"(,[a-zA-Z_][a-zA-Z0-9_]*="[^"\\\n]*")*\}'
SAMPLE = re.compile(rf"(?P<key>(?P<name>{NAME})(?P<labels>{LABELS})?) (?P<value>\S+)")


def read(text):
    """The samples by name and labels."""
    samples, types, family = {}, {}, None
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            family = line.split(" ")[2]
            assert re.fullmatch(NAME, family) and family not in types, line
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == family and kind in ("counter", "gauge", "histogram"), line
            types[name] = kind
            continue
        hit = SAMPLE.fullmatch(line)
        assert hit, line
        suffix = "(_bucket|_sum|_count)" if types[family] == "histogram" else ""
        assert re.fullmatch(family + suffix, hit["name"]), line
        assert types[family] != "counter" or family.endswith("_total"), line
        assert hit["key"] not in samples, line
        samples[hit["key"]] = float(hit["value"])
    return samples


def check_histograms(samples):
    """Buckets never fall, and the last is the count."""
    for source in ("here", "cache", "upstream"):
        buckets = [value for key, value in samples.items()
                   if key.startswith(f'cupel_dns_answer_seconds_bucket{{source="{source}"')]
        assert len(buckets) == 17 and buckets == sorted(buckets), buckets
        assert buckets[-1] == samples[f'cupel_dns_answer_seconds_count{{source="{source}"}}']


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        samples = read(file.read())
    check_histograms(samples)
    assert samples["process_resident_memory_bytes"] > 100000
    for wanted in sys.argv[2:]:
        key, value = wanted.rsplit("=", 1)
        assert samples[key] == float(value), (key, samples.get(key))


main()
