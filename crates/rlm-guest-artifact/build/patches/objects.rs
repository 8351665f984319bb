//! Making and dropping objects.

use super::Patch;

/// The free list of a type, looked at where it is.
macro_rules! free_list {
    ($file:literal) => {
        [
            Patch {
                file: $file,
                reason: "one thread, and nothing in between runs Python: a free list need not be taken out of its cell \
                         and put back",
                old: "                let mut list = fl.take();
                let stored = if list.len() < Self::MAX_FREELIST {
                    list.push(obj);
                    true
                } else {
                    false
                };
                fl.set(list);
                stored
",
                new: "                // SAFETY: there is one thread, and pushing does not come back here.
                let list = unsafe { &mut *fl.as_ptr() };
                let room = list.len() < Self::MAX_FREELIST;
                if room {
                    list.push(obj);
                }
                room
",
            },
            Patch {
                file: $file,
                reason: "as above",
                old: "                let mut list = fl.take();
                let result = list.pop().map(|p| unsafe { NonNull::new_unchecked(p) });
                fl.set(list);
                result
",
                new: "                // SAFETY: there is one thread, and popping does not come back here.
                let list = unsafe { &mut *fl.as_ptr() };
                list.pop().map(|p| unsafe { NonNull::new_unchecked(p) })
",
            },
        ]
    };
}

pub const INT: &[Patch] = &free_list!("src/builtins/int.rs");
pub const FLOAT: &[Patch] = &free_list!("src/builtins/float.rs");
pub const LIST: &[Patch] = &free_list!("src/builtins/list.rs");

pub const VM: &[Patch] = &[
    Patch {
        file: "src/object/core.rs",
        reason: "taking a free list out of its cell and putting it back drops an empty one each time, which went \
                 through a drain and a deallocation",
        old: "impl<T: PyPayload> Drop for FreeList<T> {
    fn drop(&mut self) {
",
        new: "impl<T: PyPayload> Drop for FreeList<T> {
    #[inline]
    fn drop(&mut self) {
        if self.items.capacity() == 0 {
            return;
        }
",
    },
    Patch {
        file: "src/object/core.rs",
        reason: "numbers come and go with every few instructions, and an int that is exactly an int has no `__del__`, \
                 no dict, no children: it goes onto its free list with no more questions",
        old: "    let obj_ref = unsafe { &*(obj as *const PyObject) };
    if let Err(()) = obj_ref.drop_slow_inner() {
        return; // resurrected by __del__
    }
",
        new: "    let obj_ref = unsafe { &*(obj as *const PyObject) };
    if T::HAS_FREELIST
        && !<T as crate::object::MaybeTraverse>::HAS_TRAVERSE
        && core::ptr::eq(obj_ref.class(), T::class(crate::vm::Context::genesis()))
        && obj_ref.weak_ref_list().is_none()
        && !obj_ref.is_gc_tracked()
        && !obj_ref.0.ref_count.is_published()
        && unsafe { T::freelist_push(obj) }
    {
        return;
    }
    if let Err(()) = obj_ref.drop_slow_inner() {
        return; // resurrected by __del__
    }
",
    },
];
