# The app in a container: PyTorch for CPUs only, no compiler, not root, and nothing of it has to be written.
#   docker build -t segmentation-alive . && docker run --rm --read-only --tmpfs /tmp -p 8501:8501 segmentation-alive
# Several replicas behind a proxy are `docker compose up`; docs/deploy.md says which to take when.

FROM python:3.11-slim AS packages
# uv knows where PyTorch's builds for CPUs are: some 200 MB, where those with CUDA are several gigabytes.
RUN pip install --no-cache-dir "uv>=0.9,<1"
COPY requirements.txt .
RUN uv venv /venv \
 && uv pip install --python /venv --torch-backend cpu --no-cache --compile-bytecode -r requirements.txt

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home --home-dir /tmp app
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
RUN /venv/bin/python -m compileall -q demo_app.py pages seglib
USER app
# One computing thread a visitor, few arenas of memory; what libraries want to write goes to /tmp, which may be in memory.
# Strangers come here: nothing that takes the server for minutes, see seglib/ui/host.py.
ENV PATH=/venv/bin:$PATH HOME=/tmp MPLCONFIGDIR=/tmp/matplotlib PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 MALLOC_ARENA_MAX=2 SEGLIB_PUBLIC=1
EXPOSE 8501
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "demo_app.py", "--server.address", "0.0.0.0", "--server.port", "8501"]
