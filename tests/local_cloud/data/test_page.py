"""The page for people."""

from include.local_cloud.data.page import page

EVIL = "<script>alert(1)</script>"


def test_names_from_outside_are_escaped():
    asg = dict.fromkeys(("instances", "healthy", "rps", "served", "failed"), 1) | {
        "p99_ms": None, "cpu_percent": 1.5, "memory_mb": 900.0, "commit": EVIL, "ami": EVIL}
    region = {"requests": {"sent": 3, "ok": 1, "failed": 2, "failures": {EVIL: 2}}, "market_hours": {EVIL: "Mon"},
              "in_peak": [EVIL], "weights": {EVIL: 1}, "rps": 1.0, "p99_ms": 12.5, "asgs": {EVIL: asg}}
    html = page({"now": 0, "regions": {EVIL: region}})
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 6      # region, market, weight, failure, ASG, and the commit cut to 12
