//! Files in the guest's own memory: what `open`, `os` and `pathlib` reach.
//!
//! There is one tree. `/tmp` may be written, everything else only read. The tree is part of the guest's
//! memory, so it survives, forks and rolls back with the variables, and counts like them. `wasi` is
//! the door through which C library calls come here.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

/// Where cells may write, and the folder they start in.
pub const WRITABLE: &str = "tmp";

const MAX_NAME: usize = 255;
const MAX_LINKS: u32 = 40;

/// Most descriptors open at a time, as on most machines.
const MAX_OPEN: usize = 1024;

/// Why something cannot be done, in the numbers of WASI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Errno {
    Access = 2,
    BadDescriptor = 8,
    Exists = 20,
    Invalid = 28,
    IsFolder = 31,
    Loop = 32,
    TooManyOpen = 33,
    NameTooLong = 37,
    Missing = 44,
    NoSpace = 51,
    NotFolder = 54,
    NotEmpty = 55,
    NotPermitted = 63,
    ReadOnly = 69,
    IllegalSeek = 70,
}

type Result<T> = std::result::Result<T, Errno>;

/// What a path or a descriptor stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Stream,
    Folder,
    File,
    Link,
}

/// What `stat` tells.
#[derive(Debug, Clone, Copy)]
pub struct Stat {
    pub node: u64,
    pub kind: Kind,
    pub links: u64,
    pub size: u64,
    pub accessed: u64,
    pub modified: u64,
    pub changed: u64,
}

/// How to open.
#[derive(Debug, Clone, Copy, Default)]
pub struct How {
    pub read: bool,
    pub write: bool,
    pub append: bool,
    pub create: bool,
    pub exclusive: bool,
    pub truncate: bool,
    pub folder: bool,
    pub follow: bool,
}

/// A time to set: leave it, take the present, or this one (nanoseconds since 1970).
#[derive(Debug, Clone, Copy)]
pub enum Time {
    Keep,
    Now,
    At(u64),
}

#[derive(Debug)]
enum Content {
    File(Cow<'static, [u8]>),
    Folder { names: BTreeMap<Vec<u8>, usize>, parent: usize },
    Link(Vec<u8>),
}

#[derive(Debug)]
struct Node {
    content: Content,
    writable: bool,
    /// Names that lead here, and descriptors. The node is gone when both are zero.
    links: u64,
    open: u64,
    accessed: u64,
    modified: u64,
    changed: u64,
}

#[derive(Debug)]
enum Open {
    /// 0, 1 or 2 of the process.
    Stream(i32),
    Node {
        node: usize,
        at: u64,
        how: How,
    },
}

/// The tree and the descriptors.
#[derive(Debug)]
pub struct Files {
    nodes: Vec<Option<Node>>,
    open: Vec<Option<Open>>,
}

const ROOT: usize = 0;

/// The descriptor of `/`, from which the C library starts every path.
pub const ROOT_DESCRIPTOR: i32 = 3;

impl Files {
    /// `/` and an empty `/tmp`.
    pub fn new() -> Self {
        let mut files = Self { nodes: Vec::new(), open: Vec::new() };
        files.add(Content::Folder { names: BTreeMap::new(), parent: ROOT }, false);
        files.open = (0..3).map(|stream| Some(Open::Stream(stream))).collect();
        files.open.push(Some(Open::Node { node: ROOT, at: 0, how: How { read: true, ..How::default() } }));
        files.nodes[ROOT].as_mut().expect("the root").open = 1;
        let writable = files.add(Content::Folder { names: BTreeMap::new(), parent: ROOT }, true);
        files.names(ROOT).expect("the root").insert(WRITABLE.into(), writable);
        files
    }

    /// Puts a file that cannot be written at an absolute path, making the folders to it. One that is
    /// there is replaced.
    pub fn mount(&mut self, path: &str, bytes: impl Into<Cow<'static, [u8]>>) -> Result<()> {
        let mut folder = ROOT;
        let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let name = parts.pop().ok_or(Errno::Invalid)?;
        if name == ".." || parts.contains(&"..") || parts.iter().chain([&name]).any(|part| part.len() > MAX_NAME) {
            return Err(Errno::Invalid);
        }
        for part in parts {
            folder = match self.names(folder)?.get(part.as_bytes()) {
                Some(&there) => there,
                None => self.link_new(folder, part.as_bytes(), Content::folder(folder), false),
            };
        }
        if let Some(old) = self.names(folder)?.remove(name.as_bytes()) {
            self.unlink(old);
        }
        self.link_new(folder, name.as_bytes(), Content::File(bytes.into()), false);
        Ok(())
    }

    /// Takes a mounted file away, and the folders to it that are empty then.
    pub fn unmount(&mut self, path: &str) {
        let Some((folders, name)) = path.rsplit_once('/') else { return };
        let Ok(found) = self.walk(ROOT, folders.as_bytes(), false, &mut 0) else { return };
        let (Some(mut folder), mut name) = (found.node, name.as_bytes().to_vec()) else { return };
        while let Ok(names) = self.names(folder)
            && let Some(node) = names.remove(&name)
        {
            let empty = folder != ROOT && names.is_empty();
            self.unlink(node);
            let Ok(Content::Folder { parent, .. }) = self.node(folder).map(|node| &node.content) else { return };
            let parent = *parent;
            let Ok(names) = self.names(parent) else { return };
            match names.iter().find(|(_, node)| **node == folder) {
                Some((above, _)) if empty => (folder, name) = (parent, above.clone()),
                _ => return,
            }
        }
    }

    fn add(&mut self, content: Content, writable: bool) -> usize {
        let now = now();
        let node = Node { content, writable, links: 1, open: 0, accessed: now, modified: now, changed: now };
        // Looked for only in short lists: numbers may go to waste, but a search for each of a million
        // mounted files must not.
        let free = (self.nodes.len() < 4096).then(|| self.nodes.iter().position(Option::is_none)).flatten();
        match free {
            Some(free) => {
                self.nodes[free] = Some(node);
                free
            }
            None => {
                self.nodes.push(Some(node));
                self.nodes.len() - 1
            }
        }
    }

    fn link_new(&mut self, folder: usize, name: &[u8], content: Content, writable: bool) -> usize {
        let node = self.add(content, writable);
        if let Ok(names) = self.names(folder) {
            names.insert(name.into(), node);
        }
        self.touch(folder);
        node
    }

    fn node(&self, node: usize) -> Result<&Node> {
        self.nodes.get(node).and_then(Option::as_ref).ok_or(Errno::Missing)
    }

    fn node_mut(&mut self, node: usize) -> Result<&mut Node> {
        self.nodes.get_mut(node).and_then(Option::as_mut).ok_or(Errno::Missing)
    }

    fn names(&mut self, folder: usize) -> Result<&mut BTreeMap<Vec<u8>, usize>> {
        match &mut self.node_mut(folder)?.content {
            Content::Folder { names, .. } => Ok(names),
            _ => Err(Errno::NotFolder),
        }
    }

    fn touch(&mut self, node: usize) {
        let now = now();
        if let Ok(node) = self.node_mut(node) {
            node.modified = now;
            node.changed = now;
        }
    }

    fn unlink(&mut self, node: usize) {
        if let Ok(entry) = self.node_mut(node) {
            entry.links = entry.links.saturating_sub(1);
            entry.changed = now();
            self.drop_unused(node);
        }
    }

    fn drop_unused(&mut self, node: usize) {
        if node != ROOT && self.node(node).is_ok_and(|node| node.links == 0 && node.open == 0) {
            self.nodes[node] = None;
        }
    }

    /// The folder a path ends in, its last name, and the node of that name if there is one.
    fn find(&self, from: i32, path: &[u8], follow: bool) -> Result<Found> {
        let start = match self.descriptor(from)? {
            Open::Node { node, .. } => *node,
            Open::Stream(_) => return Err(Errno::NotFolder),
        };
        if path.is_empty() {
            return Err(Errno::Missing);
        }
        let mut links = 0;
        self.walk(start, path, follow, &mut links)
    }

    fn walk(&self, start: usize, path: &[u8], follow: bool, links: &mut u32) -> Result<Found> {
        let mut folder = if path.starts_with(b"/") { ROOT } else { start };
        let parts: Vec<&[u8]> = path.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).collect();
        let must_be_folder = path.ends_with(b"/");
        let mut found = Found { folder, name: Vec::new(), node: Some(folder) };
        for (index, part) in parts.iter().enumerate() {
            let last = index + 1 == parts.len();
            if part.len() > MAX_NAME {
                return Err(Errno::NameTooLong);
            }
            let Content::Folder { names, parent } = &self.node(folder)?.content else {
                return Err(Errno::NotFolder);
            };
            found = match *part {
                b"." => Found { folder, name: Vec::new(), node: Some(folder) },
                b".." => Found { folder: *parent, name: Vec::new(), node: Some(*parent) },
                name => Found { folder, name: name.into(), node: names.get(name).copied() },
            };
            if let Some(node) = found.node
                && let Content::Link(target) = &self.node(node)?.content
                && (!last || follow || must_be_folder)
            {
                *links += 1;
                if *links > MAX_LINKS {
                    return Err(Errno::Loop);
                }
                found = self.walk(folder, target, true, links)?;
            }
            match found.node {
                Some(node) => folder = node,
                None if last => {}
                None => return Err(Errno::Missing),
            }
        }
        if must_be_folder && found.node.is_some_and(|node| self.node(node).is_ok_and(|node| !node.is_folder())) {
            return Err(Errno::NotFolder);
        }
        Ok(found)
    }

    /// The place of a new name, in a folder that may be written.
    fn place(&self, from: i32, path: &[u8]) -> Result<Found> {
        let found = self.find(from, path, false)?;
        if found.node.is_some() {
            return Err(Errno::Exists);
        }
        self.may_change(found.folder)?;
        Ok(found)
    }

    /// An entry that may be taken away.
    fn entry(&self, from: i32, path: &[u8]) -> Result<(Found, usize)> {
        let found = self.find(from, path, false)?;
        let node = found.node.ok_or(Errno::Missing)?;
        if found.name.is_empty() {
            return Err(Errno::Invalid);
        }
        self.may_change(found.folder)?;
        Ok((found, node))
    }

    fn may_change(&self, folder: usize) -> Result<()> {
        if self.node(folder)?.writable { Ok(()) } else { Err(Errno::Access) }
    }

    /// Opens a path.
    pub fn open(&mut self, from: i32, path: &[u8], how: How) -> Result<i32> {
        let found = self.find(from, path, how.follow && !(how.create && how.exclusive))?;
        let node = match found.node {
            Some(_) if how.create && how.exclusive => return Err(Errno::Exists),
            Some(node) => node,
            None if how.create && !how.folder => {
                if path.ends_with(b"/") {
                    return Err(Errno::IsFolder);
                }
                self.may_change(found.folder)?;
                self.link_new(found.folder, &found.name, Content::File(Cow::Owned(Vec::new())), true)
            }
            None => return Err(Errno::Missing),
        };
        let entry = self.node_mut(node)?;
        match &mut entry.content {
            Content::Link(_) => return Err(Errno::Loop),
            Content::Folder { .. } if how.write || how.create => return Err(Errno::IsFolder),
            Content::Folder { .. } => {}
            Content::File(_) if how.folder => return Err(Errno::NotFolder),
            Content::File(_) if (how.write || how.truncate) && !entry.writable => return Err(Errno::Access),
            Content::File(bytes) => {
                if how.truncate {
                    *bytes = Cow::Owned(Vec::new());
                    entry.modified = now();
                }
            }
        }
        self.keep_open(Open::Node { node, at: 0, how })
    }

    fn keep_open(&mut self, open: Open) -> Result<i32> {
        let free = self.open.iter().position(Option::is_none).unwrap_or(self.open.len());
        if free >= MAX_OPEN {
            return Err(Errno::TooManyOpen);
        }
        if let Open::Node { node, .. } = open {
            self.node_mut(node)?.open += 1;
        }
        if free == self.open.len() {
            self.open.push(None);
        }
        self.open[free] = Some(open);
        Ok(free as i32)
    }

    fn descriptor(&self, number: i32) -> Result<&Open> {
        let number = usize::try_from(number).map_err(|_| Errno::BadDescriptor)?;
        self.open.get(number).and_then(Option::as_ref).ok_or(Errno::BadDescriptor)
    }

    fn descriptor_mut(&mut self, number: i32) -> Result<&mut Open> {
        let number = usize::try_from(number).map_err(|_| Errno::BadDescriptor)?;
        self.open.get_mut(number).and_then(Option::as_mut).ok_or(Errno::BadDescriptor)
    }

    /// Closes a descriptor. That of `/` stays: the C library could reach nothing without it.
    pub fn close(&mut self, number: i32) -> Result<()> {
        self.descriptor(number)?;
        if number == ROOT_DESCRIPTOR {
            return Err(Errno::BadDescriptor);
        }
        if let Some(Open::Node { node, .. }) = self.open[number as usize].take()
            && let Ok(entry) = self.node_mut(node)
        {
            entry.open -= 1;
            self.drop_unused(node);
        }
        Ok(())
    }

    /// Moves a descriptor to another number, closing what was there.
    pub fn renumber(&mut self, from: i32, to: i32) -> Result<()> {
        self.descriptor(from)?;
        self.descriptor(to)?;
        if from == to {
            return Ok(());
        }
        if from == ROOT_DESCRIPTOR {
            return Err(Errno::BadDescriptor);
        }
        self.close(to)?;
        self.open[to as usize] = self.open[from as usize].take();
        Ok(())
    }

    /// The stream a descriptor is, if it is one.
    pub fn stream(&self, number: i32) -> Result<Option<i32>> {
        Ok(match self.descriptor(number)? {
            Open::Stream(stream) => Some(*stream),
            Open::Node { .. } => None,
        })
    }

    /// What a descriptor is, and how it was opened.
    pub fn opened(&self, number: i32) -> Result<(Kind, How)> {
        Ok(match self.descriptor(number)? {
            Open::Stream(stream) => (Kind::Stream, How { read: *stream == 0, write: *stream != 0, ..How::default() }),
            Open::Node { node, how, .. } => (self.node(*node)?.kind(), *how),
        })
    }

    /// Switches appending on or off.
    pub fn set_append(&mut self, number: i32, append: bool) -> Result<()> {
        if let Open::Node { how, .. } = self.descriptor_mut(number)? {
            how.append = append;
        }
        Ok(())
    }

    /// The file behind a descriptor, for reading.
    pub fn bytes(&self, number: i32) -> Result<(&[u8], u64)> {
        match self.descriptor(number)? {
            Open::Stream(_) => Ok((&[], 0)),
            Open::Node { node, at, how } => match &self.node(*node)?.content {
                Content::File(_) if !how.read => Err(Errno::BadDescriptor),
                Content::File(bytes) => Ok((bytes, *at)),
                _ => Err(Errno::IsFolder),
            },
        }
    }

    /// Moves the position after reading.
    pub fn advance(&mut self, number: i32, by: u64) -> Result<()> {
        if let Open::Node { at, .. } = self.descriptor_mut(number)? {
            *at += by;
        }
        Ok(())
    }

    /// Writes at a place of its own, or at the position, which moves.
    pub fn write(&mut self, number: i32, place: Option<u64>, data: &[u8]) -> Result<()> {
        let Open::Node { node, at, how } = self.descriptor(number)? else { return Err(Errno::BadDescriptor) };
        let (node, at, how) = (*node, *at, *how);
        if !how.write {
            return Err(Errno::BadDescriptor);
        }
        let file = self.file_mut(node)?;
        let start = match place {
            Some(place) => place,
            None if how.append => file.len() as u64,
            None => at,
        };
        let start = usize::try_from(start).map_err(|_| Errno::NoSpace)?;
        let end = start.checked_add(data.len()).ok_or(Errno::NoSpace)?;
        grow(file, end)?;
        file[start..end].copy_from_slice(data);
        self.touch(node);
        if place.is_none()
            && let Open::Node { at, .. } = self.descriptor_mut(number)?
        {
            *at = end as u64;
        }
        Ok(())
    }

    /// Cuts or lengthens a file.
    pub fn set_size(&mut self, number: i32, size: u64) -> Result<()> {
        let Open::Node { node, how, .. } = self.descriptor(number)? else { return Err(Errno::Invalid) };
        let (node, how) = (*node, *how);
        if !how.write {
            return Err(Errno::Invalid);
        }
        let file = self.file_mut(node)?;
        let size = usize::try_from(size).map_err(|_| Errno::NoSpace)?;
        grow(file, size)?;
        file.truncate(size);
        self.touch(node);
        Ok(())
    }

    fn file_mut(&mut self, node: usize) -> Result<&mut Vec<u8>> {
        match &mut self.node_mut(node)?.content {
            Content::File(bytes) => Ok(bytes.to_mut()),
            _ => Err(Errno::IsFolder),
        }
    }

    /// Moves the position: from the start, from here, or from the end (0, 1, 2).
    pub fn seek(&mut self, number: i32, offset: i64, whence: i32) -> Result<u64> {
        let Open::Node { node, at, .. } = self.descriptor(number)? else { return Err(Errno::IllegalSeek) };
        let base = match whence {
            0 => 0,
            1 => *at,
            2 => self.node(*node)?.size(),
            _ => return Err(Errno::Invalid),
        };
        let to = base.checked_add_signed(offset).ok_or(Errno::Invalid)?;
        if let Open::Node { at, .. } = self.descriptor_mut(number)? {
            *at = to;
        }
        Ok(to)
    }

    /// About an open descriptor.
    pub fn stat(&self, number: i32) -> Result<Stat> {
        match self.descriptor(number)? {
            Open::Stream(_) => {
                Ok(Stat { node: 0, kind: Kind::Stream, links: 1, size: 0, accessed: 0, modified: 0, changed: 0 })
            }
            Open::Node { node, .. } => self.stat_of(*node),
        }
    }

    /// About a path.
    pub fn stat_path(&self, from: i32, path: &[u8], follow: bool) -> Result<Stat> {
        self.stat_of(self.find(from, path, follow)?.node.ok_or(Errno::Missing)?)
    }

    fn stat_of(&self, node: usize) -> Result<Stat> {
        let entry = self.node(node)?;
        Ok(Stat {
            node: node as u64 + 1,
            kind: entry.kind(),
            links: entry.links,
            size: entry.size(),
            accessed: entry.accessed,
            modified: entry.modified,
            changed: entry.changed,
        })
    }

    /// Sets the times of a path or, without one, of a descriptor.
    pub fn set_times(&mut self, from: i32, path: Option<&[u8]>, follow: bool, times: [Time; 2]) -> Result<()> {
        let node = match (path, self.descriptor(from)?) {
            (Some(path), _) => self.find(from, path, follow)?.node.ok_or(Errno::Missing)?,
            (None, Open::Node { node, .. }) => *node,
            (None, Open::Stream(_)) => return Err(Errno::Invalid),
        };
        let now = now();
        let entry = self.node_mut(node)?;
        if !entry.writable {
            return Err(Errno::Access);
        }
        for (time, field) in times.into_iter().zip([&mut entry.accessed, &mut entry.modified]) {
            match time {
                Time::Keep => {}
                Time::Now => *field = now,
                Time::At(time) => *field = time,
            }
        }
        entry.changed = now;
        Ok(())
    }

    /// The entries of a folder from the `from`-th on, with `.` and `..` before them.
    pub fn list(&self, number: i32, from: u64) -> Result<impl Iterator<Item = (&[u8], Stat)>> {
        let Open::Node { node, .. } = self.descriptor(number)? else { return Err(Errno::NotFolder) };
        let node = *node;
        let Content::Folder { names, parent } = &self.node(node)?.content else { return Err(Errno::NotFolder) };
        let own = [(&b"."[..], node), (&b".."[..], *parent)];
        let all = own.into_iter().chain(names.iter().map(|(name, node)| (&name[..], *node)));
        Ok(all
            .skip(usize::try_from(from).unwrap_or(usize::MAX))
            .filter_map(|(name, node)| Some((name, self.stat_of(node).ok()?))))
    }

    /// Makes a folder.
    pub fn make_folder(&mut self, from: i32, path: &[u8]) -> Result<()> {
        let Found { folder, name, .. } = self.place(from, path)?;
        let content = Content::folder(folder);
        self.link_new(folder, &name, content, true);
        Ok(())
    }

    /// Makes a symbolic link.
    pub fn make_link(&mut self, target: &[u8], from: i32, path: &[u8]) -> Result<()> {
        if target.is_empty() {
            return Err(Errno::Missing);
        }
        let Found { folder, name, .. } = self.place(from, path)?;
        self.link_new(folder, &name, Content::Link(target.into()), true);
        Ok(())
    }

    /// Where a symbolic link points.
    pub fn read_link(&self, from: i32, path: &[u8]) -> Result<&[u8]> {
        match &self.node(self.find(from, path, false)?.node.ok_or(Errno::Missing)?)?.content {
            Content::Link(target) => Ok(target),
            _ => Err(Errno::Invalid),
        }
    }

    /// Gives a file a second name.
    pub fn link(&mut self, from: i32, path: &[u8], follow: bool, to: i32, new: &[u8]) -> Result<()> {
        let node = self.find(from, path, follow)?.node.ok_or(Errno::Missing)?;
        let Found { folder, name, .. } = self.place(to, new)?;
        let entry = self.node_mut(node)?;
        if entry.is_folder() {
            return Err(Errno::NotPermitted);
        }
        entry.links += 1;
        self.names(folder)?.insert(name, node);
        self.touch(folder);
        Ok(())
    }

    /// Takes a file's name away.
    pub fn remove_file(&mut self, from: i32, path: &[u8]) -> Result<()> {
        let (found, node) = self.entry(from, path)?;
        if self.node(node)?.is_folder() {
            return Err(Errno::IsFolder);
        }
        self.take_away(found, node)
    }

    /// Removes an empty folder.
    pub fn remove_folder(&mut self, from: i32, path: &[u8]) -> Result<()> {
        let (found, node) = self.entry(from, path)?;
        match &self.node(node)?.content {
            Content::Folder { names, .. } if names.is_empty() => self.take_away(found, node),
            Content::Folder { .. } => Err(Errno::NotEmpty),
            _ => Err(Errno::NotFolder),
        }
    }

    fn take_away(&mut self, found: Found, node: usize) -> Result<()> {
        self.names(found.folder)?.remove(&found.name);
        self.touch(found.folder);
        self.unlink(node);
        Ok(())
    }

    /// Moves a name, over another of its kind if there is one.
    pub fn rename(&mut self, from: i32, old: &[u8], to: i32, new: &[u8]) -> Result<()> {
        let (source, moved) = self.entry(from, old)?;
        let target = self.find(to, new, false)?;
        self.may_change(target.folder)?;
        if target.name.is_empty() {
            return Err(Errno::Invalid);
        }
        if target.node == Some(moved) {
            return Ok(());
        }
        let is_folder = self.node(moved)?.is_folder();
        if is_folder && self.is_within(target.folder, moved) {
            return Err(Errno::Invalid);
        }
        if let Some(there) = target.node {
            match (&self.node(there)?.content, is_folder) {
                (Content::Folder { names, .. }, true) if !names.is_empty() => return Err(Errno::NotEmpty),
                (Content::Folder { .. }, false) => return Err(Errno::IsFolder),
                (Content::File(_) | Content::Link(_), true) => return Err(Errno::NotFolder),
                _ => {}
            }
            self.unlink(there);
        }
        self.names(source.folder)?.remove(&source.name);
        self.names(target.folder)?.insert(target.name, moved);
        if let Content::Folder { parent, .. } = &mut self.node_mut(moved)?.content {
            *parent = target.folder;
        }
        self.touch(source.folder);
        self.touch(target.folder);
        Ok(())
    }

    fn is_within(&self, mut folder: usize, outer: usize) -> bool {
        loop {
            if folder == outer {
                return true;
            }
            match self.node(folder).map(|node| &node.content) {
                Ok(Content::Folder { parent, .. }) if folder != ROOT => folder = *parent,
                _ => return false,
            }
        }
    }
}

/// Where a path leads.
struct Found {
    folder: usize,
    /// Empty where the path ends in `.`, `..` or `/`.
    name: Vec<u8>,
    node: Option<usize>,
}

impl Content {
    fn folder(parent: usize) -> Self {
        Self::Folder { names: BTreeMap::new(), parent }
    }
}

impl Node {
    fn kind(&self) -> Kind {
        match self.content {
            Content::File(_) => Kind::File,
            Content::Folder { .. } => Kind::Folder,
            Content::Link(_) => Kind::Link,
        }
    }

    fn is_folder(&self) -> bool {
        self.kind() == Kind::Folder
    }

    fn size(&self) -> u64 {
        match &self.content {
            Content::File(bytes) => bytes.len() as u64,
            Content::Link(target) => target.len() as u64,
            Content::Folder { .. } => 0,
        }
    }
}

/// Makes a file at least `size` long, with zeros.
fn grow(file: &mut Vec<u8>, size: usize) -> Result<()> {
    if size > file.len() {
        let more = size - file.len();
        // The exact size where doubling no longer fits.
        if file.try_reserve(more).is_err() {
            file.try_reserve_exact(more).map_err(|_| Errno::NoSpace)?;
        }
        file.resize(size, 0);
    }
    Ok(())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}
