"""Has no DAG: permissions that Airflow's auth manager would pass over are this file's import error in Airflow."""

from include.catalog import service_files
from plugins.permissions import must_be_held

for service in (file.service for file in service_files() if file.service):
    must_be_held(service)
