//! Making and dropping objects.

use super::Patch;

pub const VM: &[Patch] = &[Patch {
    file: "src/object/core.rs",
    reason: "taking a free list out of its cell and putting it back drops an empty one each time, which went through \
             a drain and a deallocation",
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
}];
