//! OpenAI's Chat Completions, which vLLM, Ollama, llama.cpp, OpenRouter and many others speak too.

use serde_json::{Value, json};

use super::{
    assembly::{Assembly, Failure},
    format::{Adapter, Ask, count, text},
    problem::Problem,
    sse,
};
use crate::{Finish, Usage};

/// The Chat Completions format.
pub(super) struct Chat;

impl Adapter for Chat {
    fn what(&self) -> &'static str {
        "a chat completion"
    }

    fn path(&self, _base: &str, _model: &str, _stream: bool) -> Vec<String> {
        vec!["chat".into(), "completions".into()]
    }

    fn body(&self, ask: &Ask<'_>) -> Value {
        let mut body = json!({ "model": ask.model, "messages": ask.request.messages });
        if let Some(limit) = ask.request.max_output_tokens {
            // OpenAI renamed the output limit; other servers did not follow.
            let name = if ask.renamed_limit { "max_completion_tokens" } else { "max_tokens" };
            body[name] = limit.into();
        }
        if let Some(temperature) = ask.temperature {
            body["temperature"] = temperature.into();
        }
        if ask.stream {
            body["stream"] = true.into();
            body["stream_options"] = json!({ "include_usage": true });
        }
        body
    }

    fn whole(&self, reply: &Value, into: &mut Assembly) -> Result<(), Failure> {
        take_error(reply)?;
        let Some(choice) = reply["choices"].get(0) else {
            return Err(Failure::unreadable(self.what(), "no choices", reply.to_string().as_bytes()));
        };
        take_error(choice)?;
        let (message, reason) = (&choice["message"], choice["finish_reason"].as_str());
        broke_off(reason)?;
        into.finish = Some(finish(reason));
        into.usage = usage(&reply["usage"]);
        take_refusal(message, into);
        match (content(&message["content"]), reason) {
            (Some(text), _) => into.text = text,
            (None, Some("content_filter")) => filtered(into),
            // A reasoning model may use up its output before it says anything, or only think; others call a tool
            // that nobody offered. Their message is there, without text.
            (None, Some("length")) => {}
            (None, _) if into.refusal.is_some() || message.get("content").is_some_and(Value::is_null) => {}
            (None, _) if ["reasoning_content", "reasoning", "tool_calls"].iter().any(|key| !message[key].is_null()) => {
            }
            (None, _) => {
                return Err(Failure::unreadable(self.what(), "no content", reply.to_string().as_bytes()));
            }
        }
        Ok(())
    }

    fn event(&self, event: &sse::Event, into: &mut Assembly) -> Result<(), Failure> {
        if event.data.trim() == "[DONE]" {
            into.done = true;
            return Ok(());
        }
        let chunk = self.data(event)?;
        take_error(&chunk)?;
        // Groq reports under a name of its own.
        if let Some(spent) = [&chunk["usage"], &chunk["x_groq"]["usage"]].into_iter().find(|spent| spent.is_object()) {
            into.usage = usage(spent);
        }
        // The last chunk brings usage and no choices.
        let Some(choice) = chunk["choices"].get(0) else { return Ok(()) };
        take_error(choice)?;
        take_refusal(&choice["delta"], into);
        into.text += &content(&choice["delta"]["content"]).unwrap_or_default();
        if let Some(reason) = choice["finish_reason"].as_str() {
            broke_off(Some(reason))?;
            into.finish = Some(finish(Some(reason)));
            if reason == "content_filter" && into.text.is_empty() {
                filtered(into);
            }
        }
        Ok(())
    }
}

/// Gateways report the upstream's failure in the body of a 200, beside the choices or in one; its code says which.
/// Of vLLM the whole event may be the error.
fn take_error(reply: &Value) -> Result<(), Failure> {
    match &reply["error"] {
        Value::Null if reply["object"] == "error" => Err(Problem::of_error(reply).inside_reply()),
        Value::Null => Ok(()),
        error => Err(Problem::of_error(error).inside_reply()),
    }
}

/// What gateways say that know no more of the failure.
fn broke_off(reason: Option<&str>) -> Result<(), Failure> {
    match reason {
        Some("error") => Err(Failure::later("the provider stopped with an error")),
        _ => Ok(()),
    }
}

fn take_refusal(message: &Value, into: &mut Assembly) {
    match text(message, "refusal") {
        "" => {}
        said => into.refuse(said),
    }
}

fn filtered(into: &mut Assembly) {
    into.refuse("stopped by the provider's content filter");
}

/// Content as text or as a list of parts.
fn content(content: &Value) -> Option<String> {
    match content {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => Some(parts.iter().map(|part| text(part, "text")).collect()),
        _ => None,
    }
}

fn finish(reason: Option<&str>) -> Finish {
    match reason {
        Some("stop") | None => Finish::Stop,
        Some("length") => Finish::Length,
        Some(_) => Finish::Other,
    }
}

fn usage(wire: &Value) -> Usage {
    let (prompt, completion) = (&wire["prompt_tokens_details"], &wire["completion_tokens_details"]);
    let (input, said, thought) =
        (count(wire, "prompt_tokens"), count(wire, "completion_tokens"), count(completion, "reasoning_tokens"));
    // xAI counts reasoning beside the output; the sum tells. We count it in.
    let beside = thought > 0 && count(wire, "total_tokens") == input.saturating_add(said).saturating_add(thought);
    // DeepSeek and Moonshot name cached tokens in their own ways.
    let cached = [count(prompt, "cached_tokens"), count(wire, "prompt_cache_hit_tokens"), count(wire, "cached_tokens")];
    Usage {
        input_tokens: input,
        cached_input_tokens: cached.into_iter().max().unwrap_or(0),
        cache_write_tokens: count(prompt, "cache_write_tokens"),
        output_tokens: if beside { said.saturating_add(thought) } else { said },
        reasoning_tokens: thought,
        ..Usage::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Request,
        remote::tests_of_formats::{streamed, whole},
    };

    #[test]
    fn replies_of_every_shape_are_read_or_named() {
        let rows = [
            (r#"{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]}"#, r#""hi" Stop"#),
            (r#"{"choices":[{"message":{"content":"h"},"finish_reason":"length"}]}"#, r#""h" Length"#),
            (r#"{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"text":"b"}]}}]}"#, r#""ab" Stop"#),
            (r#"{"choices":[{"message":{"content":null},"finish_reason":"length"}]}"#, r#""" Length"#),
            (
                r#"{"choices":[{"message":{"content":null},"finish_reason":"content_filter"}]}"#,
                "request refused: stopped by the provider's content filter",
            ),
            (r#"{"choices":[{"message":{"content":null,"refusal":"no way"}}]}"#, "request refused: no way"),
            // llama.cpp and vLLM, of a model that only thought; a call of a tool that nobody offered.
            (
                r#"{"choices":[{"message":{"role":"assistant","content":null,"reasoning_content":"hm"},"finish_reason":"stop"}]}"#,
                r#""" Stop"#,
            ),
            (r#"{"choices":[{"message":{"tool_calls":[{}]},"finish_reason":"tool_calls"}]}"#, r#""" Other"#),
            // Mistral's parts.
            (
                r#"{"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"ok"}]}}]}"#,
                r#""ok" Stop"#,
            ),
            (
                r#"{"choices":[{"error":{"code":502,"message":"Provider returned error","metadata":{"raw":"upstream \"gone\""}},"message":{"content":""},"finish_reason":"error"}]}"#,
                "temporary failure: the reply is an error: Provider returned error: upstream \"gone\"",
            ),
            (
                r#"{"object":"error","message":"This model's maximum context length is 10 tokens","type":"BadRequestError","code":400}"#,
                "request too long: the reply is an error: This model's maximum context length is 10 tokens",
            ),
            (
                r#"{"choices":[{"message":{"content":""},"finish_reason":"error"}]}"#,
                "temporary failure: the provider stopped with an error",
            ),
            (
                r#"{"choices":[{"message":{}}]}"#,
                r#"request failed: the reply is not a chat completion (no content): {"choices":[{"message":{}}]}"#,
            ),
            (r#"{"choices":[]}"#, r#"request failed: the reply is not a chat completion (no choices): {"choices":[]}"#),
            (
                r#"{"error":{"code":503,"message":"upstream down"}}"#,
                "temporary failure: the reply is an error: upstream down",
            ),
            ("[]", "request failed: the reply is not a chat completion (no choices): []"),
        ];
        for (body, expected) in rows {
            assert_eq!(whole(&Chat, body), expected, "{body}");
        }
    }

    #[test]
    fn streams_end_as_they_say_or_broke_off() {
        let piece = |text: &str| format!("data: {}\n\n", json!({"choices":[{"delta":{"content":text}}]}));
        let last = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
        let spent = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\
                     \"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\n";
        let rows = [
            (format!("{}{}{last}{spent}data: [DONE]\n\n", piece("o"), piece("k")), r#""ok" Stop in 9 cached 4 out 2"#),
            (format!("{}{last}", piece("ok")), r#""ok" Stop in 0 cached 0 out 0"#),
            (piece("ok"), "temporary failure: the reply broke off after 2 characters"),
            (
                format!("{}data: {{\"error\":{{\"code\":500,\"message\":\"gone\"}}}}\n\n", piece("ok")),
                "temporary failure: the reply is an error: gone",
            ),
            (
                format!("{}data: {{\"cho\n\n", piece("ok")),
                "request failed: the reply is not a chat completion (EOF while parsing a string at line 1 column 5): {\"cho",
            ),
            (
                "data: {\"choices\":[{\"delta\":{\"refusal\":\"no\"}}]}\n\n\
                 data: {\"choices\":[{\"delta\":{\"refusal\":\" way\"},\"finish_reason\":\"stop\"}]}\n\n"
                    .into(),
                "request refused: no way",
            ),
            (String::new(), "temporary failure: the reply broke off after 0 characters"),
            // OpenRouter: comments, an error beside a choice, usage at the end.
            (
                format!(": OPENROUTER PROCESSING\n\n{}: OPENROUTER PROCESSING\n\n{last}{spent}data: [DONE]\n\n", piece("ok")),
                r#""ok" Stop in 9 cached 4 out 2"#,
            ),
            (
                format!(
                    "{}data: {}\n\n",
                    piece("ok"),
                    json!({"error":{"code":"server_error","message":"Provider disconnected unexpectedly"},
                        "choices":[{"delta":{"content":""},"finish_reason":"error"}]})
                ),
                "temporary failure: the reply is an error: Provider disconnected unexpectedly",
            ),
            // vLLM, Ollama and a gateway that knows no more.
            (
                "data: {\"object\":\"error\",\"message\":\"EngineCore died\",\"type\":\"InternalServerError\",\"code\":500}\n\n".into(),
                "temporary failure: the reply is an error: EngineCore died",
            ),
            (
                "data: {\"error\":\"model runner has unexpectedly stopped\"}\n\n".into(),
                "request failed: the reply is an error: model runner has unexpectedly stopped",
            ),
            (
                "data: {\"choices\":[{\"delta\":{\"content\":null},\"finish_reason\":\"error\"}]}\n\n".into(),
                "temporary failure: the provider stopped with an error",
            ),
            // Azure begins with what its filter thought of the prompt, vLLM with a role, a thinker with thoughts.
            (
                format!(
                    "data: {{\"choices\":[],\"prompt_filter_results\":[]}}\n\n\
                     data: {{\"choices\":[{{\"delta\":{{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":\"hm\"}}}}],\"usage\":null}}\n\n\
                     {}{last}",
                    piece("ok")
                ),
                r#""ok" Stop in 0 cached 0 out 0"#,
            ),
            (
                format!("{}data: {}\n\n", piece("ok"), json!({"choices":[{"delta":{},"finish_reason":"stop"}],
                    "x_groq":{"usage":{"prompt_tokens":9,"completion_tokens":2}}})),
                r#""ok" Stop in 9 cached 0 out 2"#,
            ),
            (
                format!("{}{last}data: {}\n\n", piece("ok"), json!({"choices":[],"usage":{"prompt_tokens":9,
                    "completion_tokens":2,"total_tokens":41,"completion_tokens_details":{"reasoning_tokens":30},
                    "prompt_cache_hit_tokens":8}})),
                r#""ok" Stop in 9 cached 8 out 32 reasoning 30"#,
            ),
        ];
        for (body, expected) in rows {
            assert_eq!(streamed(&Chat, &body), expected, "{body}");
        }
    }

    #[test]
    fn the_output_limit_has_the_name_the_server_knows() {
        let request = Request { max_output_tokens: Some(7), ..Request::prompt("q") };
        let body = |renamed_limit, stream| {
            let ask = Ask { model: "m", request: &request, stream, renamed_limit, mark_cache: true, temperature: None };
            Chat.body(&ask)
        };
        assert_eq!(
            body(true, false),
            json!({"model": "m", "messages": [{"role": "user", "content": "q"}], "max_completion_tokens": 7})
        );
        assert_eq!(
            body(false, true),
            json!({"model": "m", "messages": [{"role": "user", "content": "q"}], "max_tokens": 7,
                "stream": true, "stream_options": {"include_usage": true}})
        );
    }
}
