# The image of all of Airflow's components and of the chat bot. No secret is in it: they come with the environment.
#
#   docker build --target production -t serin .      what companies run
#   docker build --target demo -t serin-demo .       with the local cloud and a chat server, for `docker compose --profile demo`

FROM python:3.11.14-slim-bookworm AS python
ENV PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1

FROM python AS packages
RUN python -m pip install --no-cache-dir uv==0.13.9
WORKDIR /build
COPY requirements.in requirements.txt ./
ENV UV_LINK_MODE=copy VIRTUAL_ENV=/opt/venv
# What is pushed with: all before the local cloud's and the tests' part. Each version and hash is that of the lock.
RUN sed '/^# the local cloud/,$d' requirements.in > production.in && python -m venv --without-pip /opt/venv && \
    uv pip install --no-cache --require-hashes --compile-bytecode --requirements production.in --constraints requirements.txt

FROM packages AS packages-demo
RUN sed '/^# tests/,$d' requirements.in > demo.in && \
    uv pip install --no-cache --require-hashes --compile-bytecode --requirements demo.in --constraints requirements.txt

FROM python AS airflow
# tini reaps what a task leaves behind, and hands SIGTERM to the component alone: a worker then ends warmly.
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/* && \
    useradd --uid 50000 --gid 0 --no-create-home --home-dir /opt/airflow serin && \
    install -d -o 50000 -g 0 -m 0775 /opt/airflow /opt/airflow/logs /opt/serin /opt/serin/declared
WORKDIR /opt/serin
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/opt/serin AIRFLOW_HOME=/opt/airflow HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/serin/dags AIRFLOW__CORE__PLUGINS_FOLDER=/opt/serin/plugins
ENTRYPOINT ["tini", "--"]

FROM airflow AS demo
RUN apt-get update && apt-get install -y --no-install-recommends prosody && rm -rf /var/lib/apt/lists/*
COPY --from=packages-demo /opt/venv /opt/venv
COPY dags dags
COPY plugins plugins
COPY include include
RUN python -m compileall -q dags plugins include
USER 50000:0

FROM airflow AS production
COPY --from=packages /opt/venv /opt/venv
COPY dags dags
COPY plugins plugins
COPY include include
RUN rm -r include/demo include/local_cloud && python -m compileall -q dags plugins include
USER 50000:0
CMD ["airflow", "version"]
