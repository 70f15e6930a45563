"""Has no DAG: service files that cannot be used are this file's import error in Airflow, and hide no other service."""

from plugins.check_services import check_services

check_services()
