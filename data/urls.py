from django.urls import path

from data.views import imports, privacy, scores

app_name = "data"

urlpatterns = [
    path("data/imports/", imports.overview, name="imports"),
    path("data/imports/upload/", imports.upload, name="upload"),
    path("data/imports/<uuid:uid>/", imports.page, name="import"),
    path("data/imports/<uuid:uid>/mapping/", imports.change_mapping, name="import-mapping"),
    path("data/imports/<uuid:uid>/mapping.toml", imports.as_file, name="import-file"),
    path("data/imports/<uuid:uid>/check/", imports.check, name="import-check"),
    path("data/imports/<uuid:uid>/start/", imports.start, name="import-start"),
    path("data/imports/<uuid:uid>/undo/", imports.undo, name="import-undo"),
    path("data/imports/<uuid:uid>/discard/", imports.discard, name="import-discard"),
    path("data/imports/<uuid:uid>/problems.csv", imports.problems, name="import-problems"),
    path("health/old-score/upload/", scores.upload_scores, name="upload-scores"),
    path("privacy/", privacy.people, name="privacy"),
    path("privacy/retention/", privacy.retention, name="retention"),
    path("privacy/<uuid:uid>/", privacy.person, name="person"),
    path("privacy/<uuid:uid>/contact.<str:kind>", privacy.download, name="person-download"),
    path("privacy/<uuid:uid>/erase/", privacy.erase, name="person-erase"),
]
