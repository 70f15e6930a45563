"""Counts of AWS calls, added up and as a line."""

from include.domain.aws_calls import added, as_line, from_line

CALLS = {"s3.PutObject": 3, "elbv2.DescribeTargetHealth": 12, "ec2.DescribeImages": 3}


def test_they_add_up_by_operation():
    assert added([CALLS, {"s3.PutObject": 1}, {}]) == CALLS | {"s3.PutObject": 4}


def test_a_line_has_the_most_called_first_and_is_read_back():
    line = as_line(CALLS | {"s3.GetObject": 0})
    assert line == "elbv2.DescribeTargetHealth 12, ec2.DescribeImages 3, s3.PutObject 3"
    assert from_line(line) == CALLS
    assert from_line(as_line({})) == {}
