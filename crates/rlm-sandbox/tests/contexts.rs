//! Contexts in sessions: what cells see of them, and what may happen to their files meanwhile.

#![allow(clippy::disallowed_methods, reason = "tests make the files they open")]

use std::{fs, io::Write, path::Path, time::Duration};

use cap_std::{
    ambient_authority,
    fs::{Dir, File},
};
use rlm_sandbox::{
    Bytes, Cell, Context, ContextError, ContextStore, DataFormat, Engine, FolderRules, Kind, Limits, Outcome, Session,
};

async fn session() -> Session {
    Engine::new().unwrap().session(Limits::default()).start().await.unwrap()
}

/// The repr of a cell's value, or its exception.
async fn value(session: &mut Session, code: &str) -> String {
    match session.run(&Cell::new(code)).await.unwrap().outcome {
        Outcome::Completed(Some(shown)) => shown.repr,
        Outcome::Completed(None) => "None".to_owned(),
        Outcome::Raised(fault) => format!("{}: {}", fault.kind, fault.message),
        other => format!("{other:?}"),
    }
}

async fn with(context: &Context) -> Session {
    let mut session = session().await;
    session.define_context("context", context).await.unwrap();
    session
}

fn open(path: &Path) -> File {
    File::open_ambient(path, ambient_authority()).unwrap()
}

fn folder(path: &Path) -> Dir {
    Dir::open_ambient_dir(path, ambient_authority()).unwrap()
}

fn documents() -> Context {
    let texts = [("a/one.txt", "apples 3\npears 4\n"), ("two.md", "Äpfel 5\n\napples 6"), ("empty", "")];
    Context::texts(texts, true).unwrap()
}

#[tokio::test]
async fn many_texts_are_a_dict_and_files() {
    let mut session = with(&documents()).await;
    assert_eq!(
        value(&mut session, "list(context), [len(t) for t in context.values()]").await,
        "(['a/one.txt', 'two.md', 'empty'], [17, 17, 0])"
    );
    assert_eq!(value(&mut session, "context['two.md'][:5], type(context['empty'])").await, "('Äpfel', <class 'str'>)");
    assert_eq!(
        value(&mut session, "[(m.doc, m.start, m.line, m.text) for m in search(r'apples \\d')]").await,
        "[('a/one.txt', 0, 1, 'apples 3'), ('two.md', 9, 3, 'apples 6')]"
    );
    assert_eq!(value(&mut session, "count('apples'), count('PEARS', ignore_case=True)").await, "(2, 1)");
    assert_eq!(
        value(&mut session, "[(p.doc, p.text[:9]) for p in rank('pears', 1)]").await,
        "[('a/one.txt', 'apples 3\\n')]"
    );
    assert_eq!(value(&mut session, "open('/context/a/one.txt').read()").await, "'apples 3\\npears 4\\n'");
    assert_eq!(
        value(
            &mut session,
            "from pathlib import Path\nsorted(str(p) for p in Path('/context').rglob('*') if p.is_file())"
        )
        .await,
        "['/context/a/one.txt', '/context/empty', '/context/two.md']"
    );
    assert_eq!(
        value(&mut session, "open('/context/../etc/passwd')").await,
        "FileNotFoundError: [Errno 44] No such file or directory: '/context/../etc/passwd'"
    );
    assert_eq!(
        value(&mut session, "open('/context/two.md', 'w')").await,
        "PermissionError: [Errno 2] Permission denied: '/context/two.md'"
    );
}

#[tokio::test]
async fn a_list_keeps_its_order_and_names() {
    let context = Context::texts([("b", "second"), ("a", "first")], false).unwrap();
    let mut session = with(&context).await;
    assert_eq!(
        value(&mut session, "context, [m.doc for m in search('s')], open('/context/a').read()").await,
        "(['second', 'first'], [0, 1], 'first')"
    );
}

#[tokio::test]
async fn contexts_have_names_of_their_own_and_come_between_turns() {
    let mut session = with(&Context::text("the first").unwrap()).await;
    assert_eq!(value(&mut session, "kept = context[:3]; kept").await, "'the'");
    session.define_context("report", &Context::text("the second one").unwrap()).await.unwrap();
    assert_eq!(
        value(&mut session, "kept, count('the', 'report'), count('e', report), count('e')").await,
        "('the', 1, 3, 1)"
    );
    assert_eq!(
        value(&mut session, "open('/context/report').read(), open('/context/context').read()").await,
        "('the second one', 'the first')"
    );
}

#[tokio::test]
async fn contexts_go_by_their_numbers_and_by_names_of_the_caller_s_choice() {
    let (fruit, nuts) = (Context::text("apples 3").unwrap(), Context::text("walnuts 4").unwrap());
    let mut session = session().await;
    let names = session.define_contexts(&[("fruit", &fruit), ("some/nuts.txt", &nuts)]).await.unwrap();
    assert_eq!(names, [vec!["context[0]", "context_0", "fruit"], vec!["context[1]", "context_1"]]);
    assert_eq!(
        value(&mut session, "context, context[0] is context_0 is fruit, context_1").await,
        "(['apples 3', 'walnuts 4'], True, 'walnuts 4')"
    );
    assert_eq!(
        value(&mut session, "[count(r'\\d', name) for name in ('fruit', 'context_0', 'context_1', 'context')]").await,
        "[1, 1, 1, 2]"
    );
    assert_eq!(
        value(&mut session, "open('/context/fruit').read(), open('/context/context_1').read()").await,
        "('apples 3', 'walnuts 4')"
    );
}

#[tokio::test]
async fn further_contexts_are_numbered_on() {
    let text = |text: &str| Context::text(text).unwrap();
    let mut session = session().await;
    assert_eq!(session.add_contexts(&[("", &text("one"))]).await.unwrap(), [["context", "context_0"]]);
    assert_eq!(value(&mut session, "'shown'").await, "'shown'");
    assert_eq!(session.add_contexts(&[("second", &text("two"))]).await.unwrap(), [["context_1", "second"]]);
    assert_eq!(value(&mut session, "_").await, "'shown'");
    let before = session.checkpoint().await.unwrap();
    // The name goes over to the new one; the number stays with the old.
    let both = [("second", &text("three")), ("", &documents())];
    let names: Vec<String> = session.add_contexts(&both).await.unwrap().into_iter().flatten().collect();
    assert_eq!(names, ["context_2", "second", "context_3"]);
    assert_eq!(
        value(&mut session, "context, context_0, context_1, context_2, second, len(context_3)").await,
        "('one', 'one', 'two', 'three', 'three', 3)"
    );
    session.rollback(&before).await.unwrap();
    assert_eq!(session.add_contexts(&[("", &text("again"))]).await.unwrap(), [["context_2"]]);
    assert_eq!(value(&mut session, "second, context_2").await, "('two', 'again')");
}

#[tokio::test]
async fn a_name_that_means_something_is_not_taken() {
    let context = Context::text("text").unwrap();
    let mut session = session().await;
    value(&mut session, "mine = 1").await;
    for name in ["print", "class", "search", "mine"] {
        let error = session.define_contexts(&[(name, &context)]).await.unwrap_err();
        assert_eq!(error.to_string(), format!("cannot define {name:?}: it means something else in the session"));
    }
    let error = session.define_contexts(&[("a", &context), ("a", &context)]).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot define \"a\": two contexts have this name");
    assert_eq!(value(&mut session, "mine, print").await, "(1, <built-in function print>)");
    // Names that contexts have anyway are nobody's own.
    let names = session.define_contexts(&[("context_7", &context)]).await.unwrap();
    assert_eq!(names, [["context", "context_0"]]);
}

#[tokio::test]
async fn rollback_and_fork_keep_what_is_known() {
    let text = format!("{}needle\n", "hay\n".repeat(100_000));
    let mut session = with(&Context::text(&text).unwrap()).await;
    let before = session.checkpoint().await.unwrap();
    assert_eq!(
        value(&mut session, "del context; count('needle')").await,
        "NameError: there is no variable `context`; give the text as text="
    );
    let mut fork = session.fork().await.unwrap();
    session.rollback(&before).await.unwrap();
    assert_eq!(value(&mut session, "[(m.start, m.line) for m in search('needle')]").await, "[(400000, 100001)]");
    // The fork is as the session was when it was made; the name is still known to the functions.
    assert_eq!(
        value(&mut fork, "count('needle', 'context'), open('/context/context').readline()").await,
        "(1, 'hay\\n')"
    );
    let limits = Limits { wall: std::time::Duration::from_millis(50), ..Limits::default() };
    let endless = Cell::within("while True: len(context)", limits);
    assert!(matches!(session.run(&endless).await.unwrap().outcome, Outcome::Exceeded(_)));
    assert_eq!(value(&mut session, "count('needle')").await, "1");
}

#[tokio::test]
async fn functions_take_any_text() {
    let mut session = with(&Context::text("Ein Text.\nZwei Zeilen.\n").unwrap()).await;
    assert_eq!(
        value(&mut session, "count('Zeile'), count('Z', context[4:]), count(b'a', b'banana'), count('x', ['x', 'yx'])")
            .await,
        "(1, 2, 3, 2)"
    );
    assert_eq!(
        value(&mut session, "peek(), peek(4, 8), peek(-8), lines(2), lines(1, 9)").await,
        "('Ein Text.\\nZwei Zeilen.\\n', 'Text', 'Zeilen.\\n', 'Zwei Zeilen.', 'Ein Text.\\nZwei Zeilen.')"
    );
    assert_eq!(
        value(&mut session, "list(chunks(1, by='lines')), chunks(3, 1, text='abcdef').spans").await,
        "(['Ein Text.\\n', 'Zwei Zeilen.\\n'], [(0, 3), (2, 5), (4, 6)])"
    );
    assert_eq!(
        value(&mut session, "count('a', 5)").await,
        "TypeError: text is str, bytes, or a list or dict of them, not int"
    );
    assert_eq!(
        value(&mut session, "count('a', ['a', 5])").await,
        "TypeError: text is a list of str or bytes, and holds a int"
    );
    assert_eq!(
        value(&mut session, "tokens() > 3, outline().splitlines()[0]").await,
        "(True, 'text, 23 characters, 2 lines, about 6 tokens')"
    );
}

#[tokio::test]
async fn results_are_bounded_and_say_so() {
    let mut session = with(&Context::text(&"ä needle\n".repeat(50_000)).unwrap()).await;
    assert_eq!(value(&mut session, "f = search('needle', most=3, around=4); f.cut, len(f), f[2].start, context[f[2].start:f[2].end], f[2].around").await, "(True, 3, 20, 'needle', 'e\\nä needle\\nä n')");
    assert_eq!(value(&mut session, "print(f)").await, "None");
    assert_eq!(
        value(&mut session, "peek(3, 9) == context[3:9], peek(-4), peek(-4, 10**9), peek(10**9), lines(50_000)").await,
        "(True, 'dle\\n', 'dle\\n', '', 'ä needle')"
    );
    assert_eq!(value(&mut session, "search('needle', most=10**9).cut, count('needle')").await, "(False, 50000)");
    assert_eq!(value(&mut session, "chunks(1, 0, 'lines')[49999]").await, "'ä needle\\n'");
}

#[tokio::test]
async fn all_matches_come_as_re_gives_them() {
    let mut session = with(&Context::text("ä=1\nb=22\n\nc=\n").unwrap()).await;
    for pattern in [r"\w=", r"^(\w)=(\d*)$", r"=(\d+)", r"(\d)?\n", r"(?<=b)=(\d)", "(?s)=.*(c)", "", "z"] {
        let same = format!("import re\nfindall(r'{pattern}') == re.findall(r'{pattern}', context, re.MULTILINE)");
        assert_eq!(value(&mut session, &same).await, "True", "{pattern}");
    }
    assert_eq!(
        value(&mut session, "findall(b'(.)a', [b'ba', b'xxca']), findall(re.compile('B=(.)', re.I)), findall('.', '')")
            .await,
        "([b'b', b'c'], ['2'], [])"
    );
    assert_eq!(
        value(&mut session, "findall('a', 'a' * 1_000_001)").await,
        "ValueError: more than 1000000 matches; count() them, or look through a slice or chunks() at a time"
    );
}

#[tokio::test]
async fn patterns_beyond_the_native_search_fall_back() {
    let mut session = with(&Context::text("aab ab\nb").unwrap()).await;
    assert_eq!(
        value(&mut session, "f = search(r'(?<=a)b'); [(m.start, m.line) for m in f], f.note[:25]").await,
        "([(2, 1), (5, 1)], \"searched with Python's re\")"
    );
    assert_eq!(value(&mut session, r"[(m.text) for m in search(r'(.)\1')], count(r'(?<!a)b')").await, "(['aa'], 1)");
    assert_eq!(
        value(&mut session, "search('a(')").await,
        "ValueError: pattern 'a(': missing ), unterminated subpattern at position 1; literal=True looks for it as it stands"
    );
    assert_eq!(value(&mut session, "count('a(', literal=True)").await, "0");
}

/// Asking about contexts is the cell's own work: it needs no host calls and takes the cell's time.
#[tokio::test]
async fn questions_are_no_host_calls() {
    let limits = Limits { host_calls: 0, ..Limits::default() };
    let mut session = Engine::new().unwrap().session(limits).start().await.unwrap();
    session.define_context("context", &Context::text("one two").unwrap()).await.unwrap();
    let execution = session.run(&Cell::new("count('o')")).await.unwrap();
    assert!(matches!(execution.outcome, Outcome::Completed(Some(shown)) if shown.repr == "2"));
    assert_eq!(execution.usage.host_calls, 0);
}

#[tokio::test]
async fn a_long_search_meets_the_cell_s_limit() {
    let limits = Limits { wall: std::time::Duration::from_millis(100), ..Limits::default() };
    let mut session = Engine::new().unwrap().session(limits).start().await.unwrap();
    session.define_context("context", &Context::text(&"a b ".repeat(50_000_000)).unwrap()).await.unwrap();
    session.run(&Cell::new("kept = 1")).await.unwrap();
    let told = value(
        &mut session,
        "try:\n    count(r'(\\w\\s){5}\\d')\nexcept TimeoutError as late:\n    kept = 2\n    raise",
    )
    .await;
    assert!(told.starts_with("Exceeded") && told.contains("Wall"), "{told}");
    assert_eq!(value(&mut session, "kept in (1, 2), len(context)").await, "(True, 200000000)");
}

#[tokio::test]
async fn a_text_too_large_to_map_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.txt");
    let text: String = (0..200_000).map(|n| format!("Zeile {n} mit Größe\n")).collect();
    fs::write(&path, &text).unwrap();
    let store = ContextStore::new().mapping_up_to(Bytes(1 << 20));
    let context = store.open(&open(&path), Kind::Text).unwrap();
    assert_eq!(
        (context.kind(), context.chars(), context.head(7)),
        ("LargeText", Some(text.chars().count() as u64), Some("Zeile 0"))
    );
    assert_eq!(context.hash().to_string(), blake3::hash(text.as_bytes()).to_string());
    let mut session = with(&context).await;
    let at = text.find("Zeile 150000 ").unwrap();
    let position = text[..at].chars().count();
    assert_eq!(value(&mut session, "len(context)").await, text.chars().count().to_string());
    assert_eq!(
        value(&mut session, "context.find('Zeile 150000 '), context.find('nowhere')").await,
        format!("({position}, -1)")
    );
    assert_eq!(
        value(&mut session, &format!("context[{position}:{position}+12], context[-6:], context[0]")).await,
        "('Zeile 150000', 'Größe\\n', 'Z')"
    );
    assert_eq!(
        value(&mut session, "count('Zeile'), 'Größe' in context, lines(150001)").await,
        "(200000, True, 'Zeile 150000 mit Größe')"
    );
    assert_eq!(
        value(&mut session, "[(m.start, m.line) for m in search(r'^Zeile 150000 ')]").await,
        format!("[({position}, 150001)]")
    );
    assert_eq!(
        value(&mut session, "sum(1 for _ in context.lines()), sum(len(c) for c in chunks(1000, by='lines'))").await,
        format!("(200000, {})", text.chars().count())
    );
    let length = text.chars().count();
    let grouped = format!("{},{:03},{:03}", length / 1_000_000, length / 1000 % 1000, length % 1000);
    assert_eq!(
        value(&mut session, "context.split()").await,
        format!(
            "AttributeError: a text of {grouped} characters, too large to be one str: it has no .split(); take a slice of it, or use search(), count(), lines(), chunks()"
        )
    );
    // Another content under the same name is not taken for this one.
    fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"more").unwrap();
    assert_eq!(
        value(&mut session, "context[:5]").await,
        format!("OSError: the file changed since it was opened: {} bytes then, {} now", text.len(), text.len() + 4)
    );
}

/// Longer than Python can say in the guest's 32 bits.
#[tokio::test]
async fn a_text_over_2_gib_is_measured_and_cut() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sparse.txt");
    let (hole, end) = ((1_u64 << 31) + 5, "\nthe end\n");
    let mut file = fs::File::create(&path).unwrap();
    file.set_len(hole).unwrap();
    std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0)).unwrap();
    file.write_all(end.as_bytes()).unwrap();
    let context = ContextStore::new().open(&open(&path), Kind::Text).unwrap();
    let length = hole + end.len() as u64;
    assert_eq!((context.kind(), context.length()), ("LargeText", length));
    let mut session = with(&context).await;
    // Gigabytes are read again and again, on machines that do other things besides.
    session.set_limits(Limits { wall: Duration::from_secs(600), ..Limits::default() });
    assert_eq!(
        value(&mut session, "len(context), context.size, bool(context)").await,
        format!("({length}, {length}, True)")
    );
    // Built-ins are put back after every cell.
    assert_eq!(value(&mut session, "len(context), len('four')").await, format!("({length}, 4)"));
    assert_eq!(
        value(&mut session, "context").await,
        "<a text of 2,147,483,662 characters, too large to be one str: slice it, iterate it, or use search(), count(), lines(), chunks()>"
    );
    assert_eq!(
        value(&mut session, &format!("context[-8:], context[{hole} + 1:], context[-2], peek(-4), lines(2)")).await,
        "('the end\\n', 'the end\\n', 'd', 'end\\n', 'the end')"
    );
    assert_eq!(
        value(
            &mut session,
            "[(m.start, m.line) for m in search('the')], context.find('end'), context.endswith('d\\n')"
        )
        .await,
        format!("([({}, 2)], {}, True)", hole + 1, hole + 5)
    );
    assert_eq!(
        value(&mut session, "import builtins\ncontext.__len__()").await,
        "OverflowError: a text of 2,147,483,662 characters, too large to be one str: longer than this function can tell; .size is its length"
    );
}

#[test]
fn an_unchanged_file_is_the_same_context() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("text");
    fs::write(&path, "one").unwrap();
    let store = ContextStore::new();
    let first = store.open(&open(&path), Kind::Text).unwrap();
    let again = store.open(&open(&path), Kind::Text).unwrap();
    assert_eq!(first.as_bytes().as_ptr(), again.as_bytes().as_ptr());
    assert!(store.open(&open(&path), Kind::Bytes).unwrap().chars().is_none());
    fs::write(&path, "two and more").unwrap();
    assert_eq!(store.open(&open(&path), Kind::Text).unwrap().head(20), Some("two and more"));
    assert_eq!(first.head(20), Some("one"));
    store.forget();
    assert_eq!(store.open(&open(&path), Kind::Text).unwrap().head(20), Some("two and more"));
}

#[test]
fn a_cache_folder_outlasts_the_store() {
    let (dir, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = dir.path().join("text");
    let text = "zwölf\n".repeat(100_000);
    fs::write(&path, &text).unwrap();
    let store = || ContextStore::new().with_cache(folder(cache.path()), Bytes(1 << 30));
    let first = store().open(&open(&path), Kind::Text).unwrap();
    let copies = || {
        let names = fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.len() == 64).collect::<Vec<_>>()
    };
    let [copy] = &copies()[..] else { panic!("one copy") };
    let inode = |path: &Path| std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap());
    let before = inode(&cache.path().join(copy));
    let again = store().open(&open(&path), Kind::Text).unwrap();
    assert_eq!((again.hash(), again.chars(), again.as_bytes()), (first.hash(), first.chars(), text.as_bytes()));
    assert_eq!(inode(&cache.path().join(copy)), before, "the copy was taken, not made again");
    // A copy that somebody changed is not taken.
    let path_of_copy = cache.path().join(copy);
    fs::remove_file(&path_of_copy).unwrap();
    fs::write(&path_of_copy, "x".repeat(text.len())).unwrap();
    assert_eq!(store().open(&open(&path), Kind::Text).unwrap().hash(), first.hash());
    // Nor is one of another state of the source.
    fs::write(&path, "short").unwrap();
    assert_eq!(store().open(&open(&path), Kind::Text).unwrap().head(9), Some("short"));
    // A folder without room is done without.
    let small = ContextStore::new().with_cache(folder(cache.path()), Bytes(3));
    assert_eq!(small.open(&open(&path), Kind::Text).unwrap().head(9), Some("short"));
}

#[test]
fn an_open_context_does_not_see_what_becomes_of_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("text");
    fs::write(&path, "x".repeat(1 << 20)).unwrap();
    let context = Context::text_from_file(&open(&path)).unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(10).unwrap();
    assert!(context.as_bytes().iter().all(|&byte| byte == b'x'));
    assert_eq!(context.len(), 1 << 20);
    fs::remove_file(&path).unwrap();
    assert_eq!(context.head(3), Some("xxx"));
}

#[test]
fn what_is_no_file_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let told = |file: File| ContextStore::new().open(&file, Kind::Text).unwrap_err().to_string();
    assert_eq!(told(open(Path::new("/dev/zero"))), "is a device, not a file");
    assert_eq!(told(File::from_std(fs::File::open(dir.path()).unwrap())), "is a folder, not a file");
    let (reader, _writer) = std::io::pipe().unwrap();
    assert_eq!(told(File::from_std(fs::File::from(std::os::fd::OwnedFd::from(reader)))), "is a pipe, not a file");
    // Files that the kernel makes up have no size, but content.
    assert!(Context::text_from_file(&open(Path::new("/proc/self/status"))).unwrap().len() > 100);
}

#[test]
fn what_is_not_utf8_says_where() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("text");
    let mut bytes = "größer\n".repeat(5_000_000).into_bytes();
    // The second byte of an "ö" in the middle.
    let line = 2_500_000;
    bytes[9 * (line - 1) + 3] = b'!';
    fs::write(&path, &bytes).unwrap();
    let error = Context::text_from_file(&open(&path)).unwrap_err();
    let offset = 9 * (line - 1) + 2;
    let expected = format!("not UTF-8: byte 0xc3 at offset {offset} (line {line}) of 45000000 bytes");
    assert_eq!(error.to_string(), expected);
    assert_eq!(Context::bytes_from_file(&open(&path)).unwrap().len(), 45_000_000);
}

#[tokio::test]
async fn nuls_surrogates_and_nothing_are_texts_too() {
    let mut session = with(&Context::text("a\0b\0").unwrap()).await;
    assert_eq!(
        value(&mut session, r"len(context), context.find('\0'), count('\x00'), [m.start for m in search(r'\x00b')]")
            .await,
        "(4, 1, 2, [1])"
    );
    assert_eq!(
        value(&mut session, r"count('b', 'a\ud800b'), [m.start for m in search('b', 'ä\ud800b')]").await,
        "(1, [2])"
    );
    session.define_context("context", &Context::text("").unwrap()).await.unwrap();
    assert_eq!(
        value(&mut session, "context, count('x'), search('x'), peek(), lines(1), list(chunks()), rank('x'), outline()")
            .await,
        "('', 0, no match, '', '', [], [], 'empty')"
    );
    assert_eq!(value(&mut session, "context, open('/context/context').read()").await, "('', '')");
}

#[tokio::test]
async fn data_is_data() {
    let rows = Context::data(b"{\"n\": 1}\n{\"n\": [2, null]}\n", DataFormat::JsonLines).unwrap();
    let mut session = with(&rows).await;
    assert_eq!(value(&mut session, "context").await, "[{'n': 1}, {'n': [2, None]}]");
    let error = Context::data(b"{\"n\": }", DataFormat::Json).unwrap_err();
    assert!(matches!(error, ContextError::Malformed { format: "JSON", .. }), "{error}");
}

#[tokio::test]
async fn a_folder_is_a_dict_and_nothing_leads_out_of_it() {
    let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = dir.path();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    fs::create_dir_all(root.join("sub/deeper")).unwrap();
    fs::write(root.join("b.txt"), "b").unwrap();
    fs::write(root.join("sub/deeper/a.txt"), "ä").unwrap();
    fs::write(root.join("image.png"), b"\x89PNG\0\0").unwrap();
    fs::write(root.join("latin1.txt"), b"gr\xf6\xdfer").unwrap();
    fs::write(root.join(".hidden"), "h").unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret"), root.join("link")).unwrap();
    std::os::unix::fs::symlink(outside.path(), root.join("sub/up")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, root.join("fifo"), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
        .unwrap();
    let (context, report) = ContextStore::new().open_folder(&folder(root), &FolderRules::default()).unwrap();
    assert_eq!(context.documents().collect::<Vec<_>>(), [("b.txt", 1), ("sub/deeper/a.txt", 2)]);
    let skipped: Vec<String> = report.named.iter().map(|file| format!("{}: {}", file.path, file.reason)).collect();
    assert_eq!(
        skipped,
        [
            ".hidden: hidden",
            "fifo: not a regular file",
            "image.png: not text: it has NULs",
            "latin1.txt: not UTF-8: byte 0xf6 at offset 2 (line 1) of 6 bytes",
            "link: a symlink",
            "sub/up: a symlink"
        ]
    );
    assert_eq!((report.texts, report.binary, report.skipped), (2, 0, 6));
    let rules = FolderRules { binary_as_bytes: true, hidden: true, ..FolderRules::default() };
    let (context, report) = ContextStore::new().open_folder(&folder(root), &rules).unwrap();
    assert_eq!((report.texts, report.binary), (3, 2));
    let mut session = with(&context).await;
    assert_eq!(
        value(&mut session, "context['image.png'], context['sub/deeper/a.txt'], count('b')").await,
        "(b'\\x89PNG\\x00\\x00', 'ä', 1)"
    );
    let few = FolderRules { most_files: 2, ..rules };
    let error = ContextStore::new().open_folder(&folder(root), &few).unwrap_err();
    assert_eq!(error.to_string(), "more than 2 texts");
}
