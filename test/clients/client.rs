// Does with authentik-client what its argument asks, and prints what came out as JSON.
use authentik_client::apis::{configuration::Configuration, stages_api, Error};
use serde_json::{json, Value};

fn caller(site: &Value, token: &str) -> Configuration {
    Configuration {
        base_path: site["url"].as_str().unwrap().to_owned(),
        bearer_access_token: Some(site[token].as_str().unwrap().to_owned()),
        ..Configuration::new()
    }
}

fn failure<T, E>(result: Result<T, Error<E>>) -> Value {
    match result {
        Err(Error::ResponseError(refused)) => json!({
            "status": refused.status.as_u16(),
            "body": serde_json::from_str::<Value>(&refused.content).unwrap_or_default(),
        }),
        _ => Value::Null,
    }
}

async fn attempt(site: &Value) -> Result<Value, String> {
    let configuration = caller(site, "token");
    let plain = caller(site, "plainToken");
    let [stage, missing] = ["stage", "missing"].map(|key| site[key].as_str().unwrap());
    let mut lists = vec![];
    for query in site["queries"].as_array().unwrap() {
        let text = |key: &str| query[key].as_str();
        let number = |key: &str| query[key].as_i64().map(|value| value as i32);
        let list = stages_api::stages_password_list(
            &configuration,
            query["allow_show_password"].as_bool(),
            text("configure_flow"),
            number("failed_attempts_before_cancel"),
            text("name"),
            text("ordering"),
            number("page"),
            number("page_size"),
            text("search"),
        )
        .await
        .map_err(|error| error.to_string())?;
        lists.push(json!(list));
    }
    Ok(json!({
        "stage": stages_api::stages_password_retrieve(&configuration, stage).await.map_err(|error| error.to_string())?,
        "lists": lists,
        "forbidden": failure(stages_api::stages_password_retrieve(&plain, stage).await),
        "missing": failure(stages_api::stages_password_retrieve(&configuration, missing).await),
    }))
}

#[tokio::main]
async fn main() {
    let sites: Vec<Value> = serde_json::from_str(&std::env::args().nth(1).unwrap()).unwrap();
    let mut outcomes = vec![];
    for site in &sites {
        outcomes.push(
            attempt(site)
                .await
                .unwrap_or_else(|error| json!({ "error": error })),
        );
    }
    println!("{}", json!(outcomes));
}
