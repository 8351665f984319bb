//! Sessions written down: what a checkpoint holds beyond the base image, sealed with a key.
//!
//! ```text
//! header   magic, version, guest, key id, length of the body, tag of the header
//! body     length of the description, the description, the pages (LZ4 frame)
//! tag      of header and body
//! ```
//! Both tags are keyed BLAKE3. Nothing of the body is looked at before its tag was found right, and
//! nothing of it is trusted even then: whoever holds the key can fill a guest's memory, which is all
//! a guest can do to itself anyway.

use std::{
    fmt,
    io::{self, Read, Write},
    ops::Range,
    sync::Arc,
};

use lz4_flex::frame::{FrameDecoder, FrameEncoder};
use serde::{Deserialize, Serialize};

use crate::{
    Bytes, Checkpoint, Context, ContextHash, Result, SandboxError, Session,
    engine::{SessionBuilder, Shared},
    memory::{Backing, Image, PAGE, Piece},
    session::{Placed, check_name},
    world::World,
};

/// The first bytes of every snapshot.
const MAGIC: &[u8; 8] = b"rlm-snap";

/// Raised whenever what follows the version changes.
const VERSION: u32 = 1;

/// Length of the header, its tag included.
const HEADER: usize = 100;

/// Length of the header before its tag.
const TAGGED: usize = 68;

const TAG: usize = 32;

/// All a 32-bit guest can address.
const MOST_MEMORY: u64 = 4 << 30;

/// Longest description, in bytes.
const MOST_ABOUT: u64 = 64 << 20;

/// Longest body: LZ4 makes what it cannot compress a little longer.
const MOST_BODY: u64 = MOST_MEMORY + MOST_MEMORY / 128 + MOST_ABOUT;

/// Pieces of the image of a session that was loaded.
const LOADED_PIECES: usize = 64;

/// Pages compared and compressed at a time.
const CHUNK: usize = 256 * PAGE;

const WASM_PAGE: u64 = 65_536;

/// The secret a snapshot is sealed with. Who has it can make snapshots that load.
#[derive(Clone, PartialEq, Eq)]
pub struct SnapshotKey([u8; 32]);

impl fmt::Debug for SnapshotKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SnapshotKey(..)")
    }
}

impl SnapshotKey {
    /// A key of 32 bytes that nobody else can guess.
    pub fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// Tells keys apart without telling what they are.
    fn id(&self) -> [u8; 16] {
        let derived = blake3::derive_key("rlm-sandbox snapshot v1: key id", &self.0);
        let mut id = [0; 16];
        id.copy_from_slice(&derived[..16]);
        id
    }

    fn header_tag(&self, header: &[u8]) -> blake3::Hash {
        blake3::keyed_hash(&blake3::derive_key("rlm-sandbox snapshot v1: header", &self.0), header)
    }

    fn body_hasher(&self) -> blake3::Hasher {
        blake3::Hasher::new_keyed(&blake3::derive_key("rlm-sandbox snapshot v1: body", &self.0))
    }
}

/// Why a snapshot cannot be saved or loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// It does not begin as a snapshot does.
    #[error("not a snapshot")]
    NotASnapshot,
    /// It was saved in another format.
    #[error("snapshot has version {found}, this build reads version {expected}")]
    Version {
        /// Its version.
        found: u32,
        /// The one that can be read.
        expected: u32,
    },
    /// It was sealed with another key.
    #[error("snapshot was sealed with another key")]
    WrongKey,
    /// It was saved by a build with another guest.
    #[error("snapshot is of another guest, saved by another build")]
    Foreign,
    /// It ends early.
    #[error("snapshot is truncated: {bytes} of {of} bytes")]
    Truncated {
        /// Bytes there are.
        bytes: u64,
        /// Bytes there should be.
        of: u64,
    },
    /// Its content is not what was sealed.
    #[error("snapshot was changed after it was saved")]
    Edited,
    /// It was sealed with the right key, but by something else than [`Session::save`].
    #[error("snapshot is malformed: {0}")]
    Malformed(&'static str),
    /// Its session holds more than this one may.
    #[error("snapshot holds {holds} of memory, the limit is {limit}")]
    TooLarge {
        /// Memory of its session, contexts not included.
        holds: Bytes,
        /// The limit of the session to be.
        limit: Bytes,
    },
    /// A context it refers to was not given.
    #[error("snapshot needs the context {hash} of {bytes} bytes, which was not given")]
    MissingContext {
        /// Hash of the context's content.
        hash: ContextHash,
        /// Its length.
        bytes: u64,
    },
    /// A host function its session may call was not offered.
    #[error("snapshot needs the host function {name:?}, which was not offered")]
    MissingFunction {
        /// Its name.
        name: String,
    },
    /// It could not be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// A context that a snapshot refers to instead of holding it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeededContext {
    /// Hash of its content.
    pub hash: ContextHash,
    /// Its length.
    pub bytes: u64,
    /// Where it lies in the guest's memory.
    address: u32,
}

/// What a snapshot says before its pages.
#[derive(Serialize, Deserialize)]
struct About {
    /// Size of the memory in bytes.
    size: u64,
    /// The pages that follow.
    runs: Vec<Run>,
    contexts: Vec<NeededContext>,
    functions: Vec<String>,
    cells: u64,
    /// The world: time since 1970, seed, and words of randomness used.
    now: std::time::Duration,
    seed: u64,
    used: u128,
}

/// Pages that follow one another in memory.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Run {
    /// Number of the first.
    first: u32,
    /// How many there are.
    count: u32,
}

/// The pages that differ from the base image, compressed one after another.
struct Changed {
    runs: Vec<Run>,
    pages: Vec<u8>,
}

/// A snapshot that was read, whose seal is whole. [`SessionBuilder::load`] makes a session of it.
pub struct Snapshot {
    about: About,
    pages: Vec<u8>,
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("memory", &self.about.size).finish_non_exhaustive()
    }
}

impl Snapshot {
    /// Reads a snapshot to its end and checks it, before anything in it is used.
    ///
    /// # Errors
    /// When it is not one, was changed, is of another guest or version, or sealed with another key.
    pub fn read(source: &mut impl Read, key: &SnapshotKey) -> std::result::Result<Self, SnapshotError> {
        let (header, body_len) = read_header(source, key)?;
        let body = read_body(source, &header, body_len, key)?;
        let Some((about_len, rest)) = body.split_first_chunk::<4>() else {
            return Err(SnapshotError::Malformed("description"));
        };
        let about = rest.get(..u32::from_le_bytes(*about_len) as usize);
        let about = about.ok_or(SnapshotError::Malformed("description"))?;
        let pages = rest[about.len()..].to_vec();
        let about: About = postcard::from_bytes(about).map_err(|_| SnapshotError::Malformed("description"))?;
        about.check()?;
        Ok(Self { about, pages })
    }

    /// The contexts that loading asks for.
    pub fn contexts(&self) -> &[NeededContext] {
        &self.about.contexts
    }

    /// The host functions that loading asks for.
    pub fn host_functions(&self) -> &[String] {
        &self.about.functions
    }

    /// Memory of the session that was saved, as its limit counts it.
    fn holds(&self, shared: &Shared) -> Bytes {
        let contexts: u64 = self.about.contexts.iter().map(|context| context.bytes.next_multiple_of(WASM_PAGE)).sum();
        Bytes(self.about.size.saturating_sub(contexts + shared.base.size() as u64))
    }
}

/// The checked header and the length of the body behind it.
fn read_header(source: &mut impl Read, key: &SnapshotKey) -> std::result::Result<([u8; HEADER], u64), SnapshotError> {
    let mut header = Vec::with_capacity(HEADER);
    source.by_ref().take(HEADER as u64).read_to_end(&mut header)?;
    // However little there is, what is there tells another kind of file from a cut snapshot.
    let start = header.len().min(MAGIC.len());
    if header.is_empty() || header[..start] != MAGIC[..start] {
        return Err(SnapshotError::NotASnapshot);
    }
    let truncated = SnapshotError::Truncated { bytes: header.len() as u64, of: (HEADER + TAG) as u64 };
    let Some(version) = header.get(8..12).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes) else {
        return Err(truncated);
    };
    if version != VERSION {
        return Err(SnapshotError::Version { found: version, expected: VERSION });
    }
    let Ok(header) = <[u8; HEADER]>::try_from(header) else {
        return Err(truncated);
    };
    if header[44..60] != key.id() {
        return Err(SnapshotError::WrongKey);
    }
    if key.header_tag(&header[..TAGGED]) != tag(&header[TAGGED..]) {
        return Err(SnapshotError::Edited);
    }
    if header[12..44] != guest() {
        return Err(SnapshotError::Foreign);
    }
    let body = u64::from_le_bytes(header[60..TAGGED].try_into().unwrap_or_default());
    if body > MOST_BODY {
        return Err(SnapshotError::Malformed("length"));
    }
    Ok((header, body))
}

/// The body, after its tag was found right. Takes memory for what there is, not for what is claimed.
fn read_body(
    source: &mut impl Read,
    header: &[u8; HEADER],
    len: u64,
    key: &SnapshotKey,
) -> std::result::Result<Vec<u8>, SnapshotError> {
    let rest = len + TAG as u64;
    let mut body = Vec::new();
    source.by_ref().take(rest + 1).read_to_end(&mut body)?;
    if (body.len() as u64) < rest {
        let of = HEADER as u64 + rest;
        return Err(SnapshotError::Truncated { bytes: (HEADER + body.len()) as u64, of });
    }
    if body.len() as u64 > rest {
        return Err(SnapshotError::Edited);
    }
    let found = tag(&body[len as usize..]);
    body.truncate(len as usize);
    let made = key.body_hasher().update(header).update(&body).finalize();
    if made == found { Ok(body) } else { Err(SnapshotError::Edited) }
}

/// Compared in constant time, as [`blake3::Hash`] does.
fn tag(bytes: &[u8]) -> blake3::Hash {
    blake3::Hash::from_slice(bytes).unwrap_or(blake3::Hash::from_bytes([0; TAG]))
}

/// What tells this build's guest from any other.
fn guest() -> [u8; 32] {
    *blake3::hash(rlm_guest_artifact::IDENTITY.as_bytes()).as_bytes()
}

impl About {
    /// Refuses what no session can have written.
    fn check(&self) -> std::result::Result<(), SnapshotError> {
        let base = rlm_guest_artifact::image().len() as u64;
        if self.size < base || self.size > MOST_MEMORY || !self.size.is_multiple_of(WASM_PAGE) {
            return Err(SnapshotError::Malformed("memory size"));
        }
        let pages = self.size / PAGE as u64;
        let mut end = 0;
        for &Run { first, count } in &self.runs {
            if u64::from(first) < end || count == 0 {
                return Err(SnapshotError::Malformed("order of pages"));
            }
            end = u64::from(first) + u64::from(count);
        }
        if end > pages {
            return Err(SnapshotError::Malformed("page outside memory"));
        }
        let mut end = base;
        for context in &self.contexts {
            let start = u64::from(context.address);
            if start < end || context.bytes == 0 || !start.is_multiple_of(WASM_PAGE) {
                return Err(SnapshotError::Malformed("place of a context"));
            }
            end = start.saturating_add(context.bytes.next_multiple_of(WASM_PAGE));
            if end > self.size {
                return Err(SnapshotError::Malformed("context outside memory"));
            }
        }
        if self.functions.iter().any(|name| check_name(name).is_err()) {
            return Err(SnapshotError::Malformed("name of a host function"));
        }
        Ok(())
    }

    fn page_ranges(&self) -> impl Iterator<Item = Range<usize>> {
        self.runs.iter().map(|&Run { first, count }| {
            let start = first as usize * PAGE;
            start..start + count as usize * PAGE
        })
    }
}

impl Checkpoint {
    /// Writes the checkpoint down, sealed with `key`: the pages that differ from the base image,
    /// compressed. Contexts are referred to by their hash. Says how many bytes were written.
    ///
    /// # Errors
    /// When `to` cannot be written.
    pub fn save(&self, key: &SnapshotKey, to: &mut impl Write) -> std::result::Result<u64, SnapshotError> {
        let Changed { runs, pages } = self.changed_pages()?;
        let (now, seed, used) = self.world.parts();
        let mut functions: Vec<String> = self.functions.keys().cloned().collect();
        functions.sort();
        let contexts = self.contexts.iter().map(|placed| NeededContext {
            hash: placed.context.hash(),
            bytes: placed.context.len(),
            address: placed.address,
        });
        let size = self.image.size() as u64;
        let about = About { size, runs, contexts: contexts.collect(), functions, cells: self.cells, now, seed, used };
        let about = postcard::to_allocvec(&about).map_err(|_| SnapshotError::Malformed("description"))?;
        if about.len() as u64 > MOST_ABOUT {
            return Err(SnapshotError::Malformed("description"));
        }
        let mut body = (about.len() as u32).to_le_bytes().to_vec();
        body.extend_from_slice(&about);
        body.extend_from_slice(&pages);
        let header = header(key, body.len() as u64);
        let tag = key.body_hasher().update(&header).update(&body).finalize();
        to.write_all(&header)?;
        to.write_all(&body)?;
        to.write_all(tag.as_bytes())?;
        to.flush()?;
        Ok((HEADER + body.len() + TAG) as u64)
    }

    fn changed_pages(&self) -> io::Result<Changed> {
        let base = self.shared.base.pieces();
        let mut encoder = FrameEncoder::new(Vec::new());
        let mut runs: Vec<Run> = Vec::new();
        let mut buffer = vec![0; CHUNK];
        for piece in self.image.pieces() {
            let of_base = base.iter().any(|known| Arc::ptr_eq(&known.backing, &piece.backing));
            let of_context = self.contexts.iter().any(|placed| Arc::ptr_eq(placed.context.backing(), &piece.backing));
            if of_base || of_context {
                continue;
            }
            for start in piece.range.clone().step_by(CHUNK) {
                let chunk = &mut buffer[..CHUNK.min(piece.range.end - start)];
                piece.backing.read_at(piece.offset + (start - piece.range.start), chunk)?;
                for (index, page) in chunk.chunks_exact(PAGE).enumerate() {
                    let address = start + index * PAGE;
                    if self.is_unchanged(address, page) {
                        continue;
                    }
                    encoder.write_all(page)?;
                    let number = (address / PAGE) as u32;
                    match runs.last_mut() {
                        Some(run) if run.first + run.count == number => run.count += 1,
                        _ => runs.push(Run { first: number, count: 1 }),
                    }
                }
            }
        }
        Ok(Changed { runs, pages: encoder.finish().map_err(io::Error::from)? })
    }

    /// Whether a page of memory is what would be there without it.
    fn is_unchanged(&self, address: usize, page: &[u8]) -> bool {
        let of_context = self.contexts.iter().find_map(|placed| {
            let bytes = placed.context.as_bytes().get(address.checked_sub(placed.address as usize)?..)?;
            (!bytes.is_empty()).then_some(bytes)
        });
        let original = of_context.or_else(|| rlm_guest_artifact::image().get(address..)).unwrap_or_default();
        let (start, rest) = page.split_at(original.len().min(PAGE));
        start == &original[..start.len()] && rest.iter().all(|&byte| byte == 0)
    }
}

fn header(key: &SnapshotKey, body: u64) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..8].copy_from_slice(MAGIC);
    header[8..12].copy_from_slice(&VERSION.to_le_bytes());
    header[12..44].copy_from_slice(&guest());
    header[44..60].copy_from_slice(&key.id());
    header[60..TAGGED].copy_from_slice(&body.to_le_bytes());
    let tag = key.header_tag(&header[..TAGGED]);
    header[TAGGED..].copy_from_slice(tag.as_bytes());
    header
}

impl Session {
    /// Writes the session's state down, sealed with `key`; see [`Checkpoint::save`].
    ///
    /// # Errors
    /// When `to` cannot be written or the system refuses memory.
    pub async fn save(&mut self, key: &SnapshotKey, to: &mut impl Write) -> Result<u64> {
        Ok(self.checkpoint().await?.save(key, to)?)
    }
}

impl SessionBuilder {
    /// Starts a session in the state of a snapshot. The contexts it refers to are looked for among
    /// `contexts`, its host functions among those offered to this builder; others that are offered
    /// are added. Seed, clock and imports are the snapshot's.
    ///
    /// # Errors
    /// When a context or host function is missing, the snapshot holds more than the memory limit, or
    /// the system refuses memory.
    pub async fn load(self, snapshot: &Snapshot, contexts: &[Context]) -> Result<Session> {
        let SessionBuilder { shared, limits, functions, .. } = self;
        let about = &snapshot.about;
        if about.size < shared.base.size() as u64 {
            return Err(SnapshotError::Malformed("memory size").into());
        }
        let holds = snapshot.holds(&shared);
        if holds > limits.memory {
            return Err(SnapshotError::TooLarge { holds, limit: limits.memory }.into());
        }
        if let Some(name) = about.functions.iter().find(|name| !functions.contains_key(*name)) {
            return Err(SnapshotError::MissingFunction { name: name.clone() }.into());
        }
        let mut placed = Vec::with_capacity(about.contexts.len());
        for needed in &about.contexts {
            let context = contexts
                .iter()
                .find(|context| context.len() == needed.bytes && context.hash() == needed.hash)
                .ok_or(SnapshotError::MissingContext { hash: needed.hash, bytes: needed.bytes })?;
            placed.push(Placed { context: context.clone(), address: needed.address });
        }
        let mut added: Vec<String> = functions.keys().filter(|name| !about.functions.contains(name)).cloned().collect();
        added.sort();
        let image = snapshot.image(&shared, &placed)?;
        let mut state = Checkpoint {
            shared,
            image,
            world: World::of_parts(about.now, about.seed, about.used),
            contexts: placed,
            functions: Arc::new(functions),
            cells: about.cells,
        };
        state.image = state.in_few_pieces(LOADED_PIECES)?;
        let mut session = Session::at(state, limits).await?;
        session.offer(added).await?;
        Ok(session)
    }
}

impl Snapshot {
    /// The base image with contexts and pages over it.
    fn image(&self, shared: &Shared, contexts: &[Placed]) -> Result<Image> {
        let len = self.about.page_ranges().map(|range| range.len()).sum();
        let mut pages = FrameDecoder::new(self.pages.as_slice());
        let backing = Backing::of_reader(&mut pages, len, shared.mode).map_err(|error| match error.raw_os_error() {
            Some(_) => SandboxError::System { what: "unpacking a snapshot", source: error },
            None => SnapshotError::Malformed("pages").into(),
        })?;
        if !matches!(pages.read(&mut [0]), Ok(0)) {
            return Err(SnapshotError::Malformed("more pages than described").into());
        }
        let backing = Arc::new(backing);
        let mut offset = 0;
        let mut pieces = Vec::with_capacity(self.about.runs.len());
        for range in self.about.page_ranges() {
            pieces.push(Piece { backing: Arc::clone(&backing), offset, range: range.clone() });
            offset += range.len();
        }
        let size = self.about.size as usize;
        Ok(shared.base.with(contexts.iter().map(Placed::piece).collect(), size).with(pieces, size))
    }
}
