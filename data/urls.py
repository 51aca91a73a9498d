from django.urls import path

from data.views import imports, keys, page, privacy, scores, setup, web_hooks

app_name = "data"

urlpatterns = [
    path("setup/", setup.page, name="setup"),
    path("setup/begin/<str:token>/", setup.begin, name="setup-begin"),
    path("setup/company/", setup.change_company, name="setup-company"),
    path("setup/people/", setup.add_person, name="setup-person"),
    path("setup/demo/", setup.load_demo, name="setup-demo"),
    path("setup/demo/remove/", setup.remove_demo, name="setup-demo-remove"),
    path("setup/queue/", setup.begin_queue, name="setup-queue"),
    path("data/", page.page, name="page"),
    path("data/lacking/", page.lacking, name="lacking"),
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
    path("data/keys/", keys.listed, name="keys"),
    path("data/keys/new/", keys.new, name="new-key"),
    path("data/keys/<uuid:uid>/revoke/", keys.revoke, name="revoke-key"),
    path("data/web-hooks/", web_hooks.listed, name="web-hooks"),
    path("data/web-hooks/new/", web_hooks.new, name="new-web-hook"),
    path("data/web-hooks/<uuid:uid>/", web_hooks.hook, name="web-hook"),
    path("data/web-hooks/<uuid:uid>/change/", web_hooks.change, name="change-web-hook"),
    path("data/web-hooks/<uuid:uid>/secret/", web_hooks.rotate, name="rotate-web-hook"),
    path("data/web-hooks/<uuid:uid>/ring/", web_hooks.ring, name="ring-web-hook"),
    path("data/web-hooks/<uuid:uid>/delete/", web_hooks.delete, name="delete-web-hook"),
    path("data/web-hooks/calls/<uuid:uid>/again/", web_hooks.again, name="hook-call-again"),
    path("health/old-score/upload/", scores.upload_scores, name="upload-scores"),
    path("privacy/", privacy.people, name="privacy"),
    path("privacy/retention/", privacy.retention, name="retention"),
    path("privacy/<uuid:uid>/", privacy.person, name="person"),
    path("privacy/<uuid:uid>/contact.<str:kind>", privacy.download, name="person-download"),
    path("privacy/<uuid:uid>/erase/", privacy.erase, name="person-erase"),
]
