"""What Airflow loads from the plugins folder."""

import os
import subprocess
import sys

from include.demo.airflow_settings import ROOT

CODE = """
from airflow import plugins_manager
plugins, errors = plugins_manager._get_plugins()
import sys
print([plugin.name for plugin in plugins if plugin.name == "serin"], errors,
      sorted({"wiring", "step", "push", "canary"} & set(sys.modules)))
"""


def test_only_the_plugin_is_loaded_and_nothing_by_its_bare_name():
    loaded = subprocess.run([sys.executable, "-c", CODE], env=os.environ | {"PYTHONPATH": str(ROOT)},
                            capture_output=True, text=True, check=True, timeout=60)
    assert loaded.stdout.splitlines()[-1] == "['serin'] {} []"
