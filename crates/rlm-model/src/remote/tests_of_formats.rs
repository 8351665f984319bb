//! Adapters on their own: a body in, one line on what was understood of it.

use super::{assembly::Assembly, assembly::Failure, format::Adapter, sse};
use crate::Reply;

fn shown(result: Result<Reply, Failure>, with_usage: bool) -> String {
    let reply = match result {
        Ok(reply) => reply,
        Err(Failure { kind, message, .. }) => return format!("{kind}: {message}"),
    };
    let usage = reply.usage;
    let part = |name: &str, tokens: u64| if tokens > 0 { format!(" {name} {tokens}") } else { String::new() };
    let tokens = format!(
        " in {} cached {}{} out {}{}",
        usage.input_tokens,
        usage.cached_input_tokens,
        part("written", usage.cache_write_tokens),
        usage.output_tokens,
        part("reasoning", usage.reasoning_tokens)
    );
    format!("{:?} {:?}{}", reply.text, reply.finish, if with_usage { &tokens } else { "" })
}

/// What `adapter` makes of a reply that came as a whole.
pub(super) fn whole(adapter: &dyn Adapter, body: &str) -> String {
    let mut assembly = Assembly::default();
    let read = adapter.whole(&serde_json::from_str(body).unwrap(), &mut assembly);
    shown(read.and_then(|()| assembly.into_reply()), false)
}

/// What `adapter` makes of a stream, cut into pieces of any size.
pub(super) fn streamed(adapter: &dyn Adapter, body: &str) -> String {
    let read = |size: usize| {
        let (mut events, mut assembly) = (sse::Events::default(), Assembly::default());
        let mut seen: Vec<_> = body.as_bytes().chunks(size).flat_map(|piece| events.take(piece)).collect();
        seen.extend(events.end());
        let read = seen.iter().try_for_each(|event| adapter.event(event, &mut assembly));
        shown(read.and_then(|()| assembly.into_reply()), true)
    };
    let expected = read(usize::MAX);
    assert_eq!(read(1), expected);
    assert_eq!(read(17), expected);
    expected
}

#[test]
fn no_bytes_make_an_adapter_panic() {
    let formats = [super::Format::Chat, super::Format::Responses, super::Format::Anthropic, super::Format::Gemini];
    let odd = [
        "null",
        "7",
        "[]",
        "[[]]",
        "{}",
        "\"x\"",
        r#"{"choices":7}"#,
        r#"{"choices":[7]}"#,
        r#"{"content":{"a":1}}"#,
        r#"{"choices":[{"message":{"content":7}}]}"#,
        r#"{"usage":{"prompt_tokens":-1}}"#,
        r#"{"candidates":[[]]}"#,
        r#"{"output":[7,{"type":"message"}]}"#,
        r#"{"error":[]}"#,
        r#"{"type":"message_delta","usage":7}"#,
        r#"{"type":"response.completed"}"#,
        r#"{"usageMetadata":{"promptTokenCount":1e300}}"#,
        r#"{"usage":{"input_tokens":18446744073709551615,"cache_read_input_tokens":18446744073709551615},"content":[]}"#,
    ];
    for format in formats {
        for body in odd {
            let _ = whole(format.adapter(), body);
            let _ = streamed(format.adapter(), &format!("data: {body}\n\n"));
        }
    }
}
