//! What does one turn of the loop cost when the model answers at once?
fn main() {}
