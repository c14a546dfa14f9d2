# Two stages: the first builds a wheel and its environment, the second holds only what runs.
FROM python:3.13-slim-bookworm AS build
WORKDIR /build
COPY pyproject.toml README.md LICENSE ./
COPY autoconfig autoconfig
COPY providers providers
# What a store or a cache needs besides, such as --build-arg EXTRAS=postgresql,redis
ARG EXTRAS=redis
RUN python -m venv /opt/autoconfig \
 && /opt/autoconfig/bin/pip install --no-cache-dir --disable-pip-version-check ".[$EXTRAS]"

FROM python:3.13-slim-bookworm
# Runs as nobody in particular, and writes nothing: start it with --read-only --tmpfs /tmp.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin autoconfig
COPY --from=build /opt/autoconfig /opt/autoconfig
ENV PATH=/opt/autoconfig/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["autoconfig"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
