"""Has no DAG: service files that cannot be used are this file's import error in Airflow, and hide no other service."""

from include.catalog import load_services

load_services()
