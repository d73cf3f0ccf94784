//! A fast checksum, to notice bytes that changed by accident. It withstands no one who wants to fool it.

const A: u64 = 0x9e37_79b1_85eb_ca87;
const B: u64 = 0xc2b2_ae3d_27d4_eb4f;

/// One step; for one lane each word gives another result, so a single change is never lost.
const fn step(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(B)).rotate_left(31).wrapping_mul(A)
}

/// The checksum of bytes. Seeded with the sum of what came before, it chains.
pub(crate) fn checksum(seed: u64, bytes: &[u8]) -> u64 {
    let mut lanes = [seed.wrapping_add(A).wrapping_add(B), seed.wrapping_add(B), seed, seed.wrapping_sub(A)];
    let (blocks, rest) = bytes.as_chunks::<32>();
    for block in blocks {
        for (lane, word) in lanes.iter_mut().zip(block.as_chunks::<8>().0) {
            *lane = step(*lane, u64::from_le_bytes(*word));
        }
    }
    let mut sum = lanes.iter().zip([1, 7, 12, 18]).fold(bytes.len() as u64, |sum, (lane, turn)| sum.wrapping_add(lane.rotate_left(turn)));
    for &byte in rest {
        sum = step(sum, u64::from(byte));
    }
    sum ^= sum >> 33;
    sum = sum.wrapping_mul(B);
    sum ^ (sum >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_single_change_shows() {
        for length in [1, 7, 8, 31, 32, 33, 100, 4096] {
            let mut bytes: Vec<u8> = (0..length).map(|n| (n * 7) as u8).collect();
            let before = checksum(1, &bytes);
            assert_ne!(before, checksum(2, &bytes), "the seed counts");
            for at in 0..bytes.len() {
                for flip in [1, 0x80] {
                    bytes[at] ^= flip;
                    assert_ne!(before, checksum(1, &bytes), "{length} bytes, at {at}");
                    bytes[at] ^= flip;
                }
            }
            bytes.push(0);
            assert_ne!(before, checksum(1, &bytes), "the length counts");
        }
    }
}
