//! Loading what claims to be a snapshot.

use std::sync::OnceLock;

use rlm_sandbox::{Cell, Context, Snapshot, SnapshotKey};

use super::{engine, limits, shown, wait};

const KEY: [u8; 32] = [9; 32];
/// As `rlm-sandbox/src/snapshot.rs` lays it out.
const HEADER: usize = 100;
const TAGGED: usize = 68;
const TAG: usize = 32;

/// Reads the bytes as a snapshot; as one whose seal is right; and as changes to the body of a real one,
/// sealed again. What loads is run: whatever is in its memory, the host lives.
pub fn snapshot(data: &[u8]) {
    read(data);
    let real = real();
    read(&sealed(&real[..HEADER], data));
    let mut body = real[HEADER..real.len() - TAG].to_vec();
    for change in data.chunks_exact(5) {
        let at = u32::from_le_bytes([change[0], change[1], change[2], change[3]]) as usize;
        // Half of the changes go to the beginning, where the description is.
        let within = if at.is_multiple_of(2) { body.len().min(600) } else { body.len() };
        body[(at / 2) % within] ^= change[4];
    }
    if let Some(&cut) = data.first().filter(|_| data.len() % 5 == 1) {
        body.truncate(body.len() - usize::from(cut).min(body.len()));
    }
    read(&sealed(&real[..HEADER], &body));
}

fn read(bytes: &[u8]) {
    let Ok(snapshot) = Snapshot::read(&mut &*bytes, &SnapshotKey::new(KEY)) else { return };
    wait(async {
        let Ok(mut session) = engine().session(limits()).load(&snapshot, &[context()]).await else { return };
        // A guest whose memory is nonsense may answer anything, or nothing that makes sense.
        for code in ["x = 1 + 1", "print(len(context), x)"] {
            if session.run(&Cell::new(code)).await.is_err() {
                break;
            }
        }
        drop(session);
        // The next session, perhaps in the same memory, has nothing of it.
        let mut next = engine().session(limits()).start().await.expect("a session");
        assert_eq!(shown(&mut next, "sorted(globals())").await, shown_at_first());
    });
}

/// What a session that nothing was done to has.
fn shown_at_first() -> &'static str {
    static SHOWN: OnceLock<String> = OnceLock::new();
    SHOWN.get_or_init(|| {
        std::thread::spawn(|| {
            wait(async {
                let mut session = engine().session(limits()).start().await.expect("a session");
                shown(&mut session, "sorted(globals())").await
            })
        })
        .join()
        .expect("a session")
    })
}

fn context() -> Context {
    Context::text("a context of some length").expect("a context")
}

/// A snapshot of a session with a little in it.
fn real() -> &'static [u8] {
    static REAL: OnceLock<Vec<u8>> = OnceLock::new();
    REAL.get_or_init(|| {
        wait(async {
            let mut session = engine().session(limits()).start().await.expect("a session");
            session.define_context("context", &context()).await.expect("mapped");
            assert_eq!(shown(&mut session, "x = 7; context[2:9]").await, "'context'");
            let mut saved = Vec::new();
            session.save(&SnapshotKey::new(KEY), &mut saved).await.expect("saved");
            let (header, body) = (&saved[..HEADER], &saved[HEADER..saved.len() - TAG]);
            assert!(sealed(header, body) == saved, "sealing here is not what the sandbox does");
            saved
        })
    })
}

/// A body under a header and tags that are right.
fn sealed(header: &[u8], body: &[u8]) -> Vec<u8> {
    let mut bytes = header.to_vec();
    bytes[60..TAGGED].copy_from_slice(&(body.len() as u64).to_le_bytes());
    let key = |what: &str| blake3::derive_key(&format!("rlm-sandbox snapshot v1: {what}"), &KEY);
    let tag = blake3::keyed_hash(&key("header"), &bytes[..TAGGED]);
    bytes[TAGGED..].copy_from_slice(tag.as_bytes());
    bytes.extend_from_slice(body);
    let tag = blake3::keyed_hash(&key("body"), &bytes);
    bytes.extend_from_slice(tag.as_bytes());
    bytes
}
