"""Does with authentik-client what its argument asks, and prints what came out as JSON."""

import json
import sys

from authentik_client import ApiClient, ApiException, Configuration, StagesApi


def api(site, token):
    return StagesApi(ApiClient(Configuration(host=site["url"], access_token=token)))


def typed(model):
    """Every property that the client's types promise, by its name on the wire."""
    return json.loads(model.model_dump_json(by_alias=True))


def failure(call):
    try:
        call()
    except ApiException as error:
        return {"status": error.status, "body": json.loads(error.body)}
    return None


def use(site):
    caller = api(site, site["token"])
    return {
        "stage": typed(caller.stages_password_retrieve(site["stage"])),
        "lists": [typed(caller.stages_password_list(**query)) for query in site["queries"]],
        "forbidden": failure(lambda: api(site, site["plainToken"]).stages_password_retrieve(site["stage"])),
        "missing": failure(lambda: caller.stages_password_retrieve(site["missing"])),
    }


def attempt(site):
    try:
        return use(site)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


json.dump([attempt(site) for site in json.loads(sys.argv[1])], sys.stdout)
