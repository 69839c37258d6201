# The browser's one foreign file.
FROM node:22-slim AS browser
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

# Python packages, static files and messages.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /opt/venv && pip install --no-cache-dir uv
ENV PATH=/opt/venv/bin:$PATH VIRTUAL_ENV=/opt/venv
COPY requirements.txt ./
RUN uv pip install --no-cache --compile-bytecode --require-hashes -r requirements.txt
COPY . .
COPY --from=browser /build/node_modules/echarts/dist/echarts.min.js static/vendor/echarts.min.js
RUN uv pip install --no-cache --target /tmp/polib --constraint requirements-dev.txt polib && PYTHONPATH=/tmp/polib python tools/messages.py
RUN SECRET_KEY=only-to-collect STATIC_ROOT=/srv/static python manage.py collectstatic --noinput

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app mingjing && install -d -o mingjing -g mingjing -m 0700 /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/static /srv/static
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings STATIC_ROOT=/srv/static VAR_DIR=/data
USER mingjing
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--timeout", "120", "--worker-tmp-dir", "/dev/shm"]
