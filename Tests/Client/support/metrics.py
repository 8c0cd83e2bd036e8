"""What a service counts."""

import requests
from prometheus_client.parser import text_string_to_metric_families


def scrape(service):
    """The samples by name and labels, read with the parser of Prometheus' own client."""
    answer = requests.get(service.url + "/metrics", timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = list(text_string_to_metric_families(answer.text))
    assert len({one.name for one in families}) == len(families), "a family is there twice"
    samples = [sample for family in families for sample in family.samples]
    values = {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}
    assert len(values) == len(samples), "a sample is there twice"
    return values


def value(samples, name, /, **labels):
    return samples.get((name, frozenset(labels.items())), 0)
