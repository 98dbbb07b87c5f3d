FROM python:3.13-slim AS environment
RUN pip install --no-cache-dir "uv>=0.13"
WORKDIR /srv/portal
COPY pyproject.toml uv.lock ./
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN uv sync --locked --no-default-groups --compile-bytecode


FROM python:3.13-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --user-group --uid 10001 --home-dir /var/lib/portal --create-home portal \
    && install -d -o portal -g portal -m 750 /var/lib/portal/media

WORKDIR /srv/portal
ENV PATH="/srv/portal/.venv/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/srv/static \
    MEDIA_ROOT=/var/lib/portal/media
COPY --from=environment /srv/portal/.venv .venv
COPY . .
# Settings want these two; neither is used here, nor kept in the image.
RUN SECRET_KEY=collectstatic DATABASE_URL=postgres://nobody@nowhere/none python manage.py collectstatic --noinput

USER portal
EXPOSE 8000
VOLUME /var/lib/portal/media
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s CMD ["python", "plannumerique/probe.py"]
CMD ["gunicorn", "plannumerique.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", "--no-control-socket", "--access-logfile", "-"]
