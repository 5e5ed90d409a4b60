"""Checking a deployment before its first night: everything that is wrong with it at once, without its data."""

from pipelines.deployment_check.whole import Checked, check_deployment

__all__ = ["Checked", "check_deployment"]
